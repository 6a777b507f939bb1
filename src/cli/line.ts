import { printable } from '../printable.js';

/** Where progress is shown; `process.stdout` is one. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

/** Into a pipe, a line of progress is written at most this often. */
const PLAIN_SECONDS = 5;
const REDRAW_SECONDS = 0.1;

/** Where the current line is shown. */
export interface Line {
  /** Whether it is redrawn. */
  readonly live: boolean;
  /** Something that will change soon. */
  update(text: string): void;
  /** Something that stays. */
  print(text: string): void;
  clear(): void;
}

/** On a terminal, one line that is redrawn; else plain lines, without control characters. */
export function lineOf(output: Output): Line {
  return isRedrawn(output) ? redrawn(output) : throttled(output);
}

/** Whether what was written there can be written over. */
export function isRedrawn(output: Output): boolean {
  return output.isTTY === true && process.env.CI === undefined && process.env.TERM !== 'dumb';
}

function redrawn(output: Output): Line {
  const erase = '\r\u001b[K';
  let last = Number.NEGATIVE_INFINITY;
  return {
    live: true,
    update(text) {
      const now = performance.now() / 1000;
      if (now - last < REDRAW_SECONDS) return;
      last = now;
      output.write(erase + printable(text).slice(0, (output.columns || 80) - 1));
    },
    print: (text) => output.write(`${erase}${printable(text)}\n`),
    clear: () => output.write(erase),
  };
}

function throttled(output: Output): Line {
  let last = performance.now() / 1000;
  return {
    live: false,
    update(text) {
      const now = performance.now() / 1000;
      if (now - last < PLAIN_SECONDS) return;
      last = now;
      output.write(`${printable(text)}\n`);
    },
    print(text) {
      last = performance.now() / 1000;
      output.write(`${printable(text)}\n`);
    },
    clear() {
      last = performance.now() / 1000;
    },
  };
}
