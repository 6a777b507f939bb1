import { printable } from '../printable.js';

/** Writes text to stdout. Names in it come from disks and files: what could steer a terminal is escaped. */
export function print(text: string): void {
  process.stdout.write(printable(text));
}

/** The same on stderr. */
export function printError(text: string): void {
  process.stderr.write(printable(text));
}

/** A message whose further lines, which may come from a name, cannot be taken for others of ours. */
export function indented(message: string): string {
  return message.replaceAll('\n', '\n  ');
}
