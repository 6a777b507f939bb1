import { AdarandError } from '../../src/errors.js';

/** What a method was measured to take, as docs/performance.md has it. */
export interface MethodCost {
  readonly time: string;
  readonly memory: string;
}

const COLUMNS = '| method | time / plain | memory / plain | set-up, s |';

/** Reads the table of methods in docs/performance.md. @throws AdarandError where it is not there. */
export function methodCosts(performance: string): ReadonlyMap<string, MethodCost> {
  const start = performance.indexOf(COLUMNS);
  if (start < 0)
    throw new AdarandError('docs.table', `docs/performance.md has no table that begins with ${COLUMNS}`);
  const [table = ''] = performance.slice(start).split('\n\n');
  const rows = table.split('\n').slice(2);
  return new Map(
    rows.map((row) => {
      const [, name = '', time = '', memory = ''] = row.split('|').map((cell) => cell.trim());
      return [name, { time, memory }];
    }),
  );
}
