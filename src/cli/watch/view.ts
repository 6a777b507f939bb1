import type { WatchedStatus } from '../../experiments/watch/watched-status.js';
import { Block } from '../block.js';
import { printJson } from '../json.js';
import { isRedrawn, lineOf, type Output } from '../line.js';
import { describe, newsOf, progressLine } from './describe.js';

/** Where one looks on. */
export interface View {
  show(status: WatchedStatus): void;
}

/** JSON lines, one for each change; on a terminal some lines that are redrawn; else plain lines of what is new. */
export function viewOf({ json, output = process.stdout }: { json: boolean; output?: Output }): View {
  if (json) return changes((status) => printJson(statusLine(status)));
  if (isRedrawn(output)) {
    const block = new Block(output);
    return { show: (status) => block.show(describe(status)) };
  }
  return plain(output);
}

/** As `--json` prints it. */
export function statusLine(status: WatchedStatus) {
  return { type: 'status', ...status };
}

function changes(give: (status: WatchedStatus) => void): View {
  let last = '';
  return {
    show(status) {
      const text = JSON.stringify(status);
      if (text !== last) give(status);
      last = text;
    },
  };
}

function plain(output: Output): View {
  const line = lineOf(output);
  let before: WatchedStatus | undefined;
  let shown: string | undefined;
  return {
    show(status) {
      for (const text of newsOf(before, status)) line.print(text);
      const progress = progressLine(status);
      // While nothing happens, nothing is said.
      if (progress !== undefined && progress !== shown) line.update(progress);
      [before, shown] = [status, progress];
    },
  };
}
