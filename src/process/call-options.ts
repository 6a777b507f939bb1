import { z } from 'zod';
import { parseOptions } from '../run/options/parse-options.js';
import { shown } from '../shown.js';

/** As it is used: of another realm, or a polyfill, it is no instance of the class here. */
function isSignal(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'aborted' in value &&
    typeof value.aborted === 'boolean' &&
    'addEventListener' in value &&
    typeof value.addEventListener === 'function' &&
    'removeEventListener' in value &&
    typeof value.removeEventListener === 'function'
  );
}

const callOptionsSchema = z.strictObject({
  onEvent: z
    .custom((value) => typeof value === 'function', {
      error: ({ input }) => `must be a function, not ${shown(input)}`,
    })
    .optional(),
  signal: z
    .custom(isSignal, { error: ({ input }) => `must be an AbortSignal, not ${shown(input)}` })
    .optional(),
});

/**
 * Refuses what a program without types may give beside the options of a function of the library.
 *
 * @throws AdarandError `config.invalid`.
 */
export function checkCallOptions(call: unknown): void {
  parseOptions(callOptionsSchema, call, {
    nameOf: (key) => key,
    help: 'The second argument is { onEvent, signal }; the options of the work are the first.',
  });
}
