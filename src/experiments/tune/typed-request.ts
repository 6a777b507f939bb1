import { methodWords } from '../../run/method/method-words.js';
import { methodsOf, type TuneRequest } from '../../run/options/tune-options.js';

/**
 * A search whose method's options are words of a command line, with what they stand for. Of several methods, whose options
 * they would be is not known.
 *
 * @throws AdarandError as `methodWords` does.
 */
export async function typedRequest(request: TuneRequest): Promise<TuneRequest> {
  const [method, ...others] = methodsOf(request);
  if (method === undefined || others.length > 0) return request;
  return { ...request, methodOptions: { ...(await methodWords(method, request.methodOptions)) } };
}
