import { printableJson } from '../printable.js';

/** One line of JSON on stdout, which says by its `type` what it is. Maps become objects; numbers that JSON lacks become null. */
export function printJson<Line extends { readonly type: string }>(value: Line): void {
  const line = JSON.stringify(value, (_, field: unknown) =>
    field instanceof Map ? Object.fromEntries(field) : field,
  );
  process.stdout.write(`${printableJson(line)}\n`);
}
