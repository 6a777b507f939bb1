/**
 * An error that the user can act on: what was wrong with their input, in their words, and what would be right.
 * Anything else that is thrown is a bug of ours.
 *
 * `code` is stable and machine-readable (`data.no-classes`, `model.no-head`, ...); its part before the dot names
 * the layer that raised it. `hint` is one sentence that says what to do.
 */
export class AdarandError extends Error {
  override readonly name = 'AdarandError';
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}

/** The message of what was thrown, which may be anything. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Guards an invariant of our own code: failing it is a bug, so it throws a plain `Error`. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant violated: ${message}`);
}

/** `array[index]`, or a bug report: for reads whose bounds the surrounding code has already established. */
export function at<T>(array: { readonly [index: number]: T; readonly length: number }, index: number): T {
  const value = array[index];
  if (value === undefined) throw new Error(`invariant violated: index ${index} of ${array.length}`);
  return value;
}
