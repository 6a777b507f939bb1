import { constants } from 'node:os';
import { exitCodeFor, INCOMPLETE } from '../../../src/cli/errors.js';
import { AdarandError } from '../../../src/errors.js';
import { code, markdownTable } from '../markdown.js';

/** The exit codes of `adarand`, as `exitCodeFor` gives them. */
export function exitCodesTable(): string {
  const of = (error: string) => String(exitCodeFor(new AdarandError(error, '')));
  const ofSignal = (signal: 'SIGINT' | 'SIGTERM') => String(128 + constants.signals[signal]);
  return markdownTable(
    ['code', 'when'],
    [
      ['0', 'All was done. `serve` and `watch` also end so when they are interrupted.'],
      [
        of(INCOMPLETE),
        `A part is missing: images that \`predict\` could not classify (${code(INCOMPLETE)}), runs of \`compare\` that failed, a model that \`inspect\` finds cannot be trained. Also a crash (\`process.crashed\`) or a bug (\`internal\` with \`--json\`).`,
      ],
      [of('cli.usage'), 'Any other error: the message and the hint on stderr say what to change.'],
      [
        ofSignal('SIGINT'),
        'Stopped by Ctrl-C (`run.stopped`); a run that has begun can be continued, as the hint says.',
      ],
      [ofSignal('SIGTERM'), 'The same by SIGTERM.'],
    ],
  );
}
