import { printableJson } from '../printable.js';

/** One line of JSON on stdout. Maps become objects; numbers that JSON lacks become null. */
export function printJson(value: object): void {
  const line = JSON.stringify(value, (_, field: unknown) =>
    field instanceof Map ? Object.fromEntries(field) : field,
  );
  process.stdout.write(`${printableJson(line)}\n`);
}
