import { typedMethodOptions } from './bind-method.js';
import { openMethod } from './open-method.js';

/**
 * A method's options as they were typed on a command line, with values of the types that they stand for.
 *
 * @throws AdarandError `method.option`, and as `openMethod` does.
 */
export async function methodWords(
  method: string,
  words: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  // Opening a method takes a while.
  return Object.keys(words).length === 0 ? words : typedMethodOptions(await openMethod(method), words);
}
