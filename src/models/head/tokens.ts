import { AdarandError, at } from '../../errors.js';
import { reduceMean } from '../../graph/operators/reduce-mean.js';
import { reshape } from '../../graph/operators/reshape.js';
import { slice } from '../../graph/operators/slice.js';
import { float32, type Tensor } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';

/** Which of an encoder's tokens [N,T,d] its features are; `unclear` where a stored token may or may not be the first. */
export type TokenChoice = 'class token' | 'mean' | 'unclear';

/**
 * Features [N,d] of tokens [N,T,d].
 *
 * @throws AdarandError `model.no-head` where the choice is unclear.
 */
export function featuresOfTokens(
  tokens: Value,
  choice: TokenChoice,
  of: { file: string; name: string },
): Value {
  const [images, size] = [at(tokens.shape, 0), at(tokens.shape, 2)];
  switch (choice) {
    case 'class token':
      return reshape(slice(tokens, 1, 0, 1), [images, size]);
    case 'mean':
      return reshape(reduceMean(tokens, [1]), [images, size]);
    case 'unclear':
      throw new AdarandError(
        'model.no-head',
        `${of.file}: "${of.name}" is [${tokens.shape}], tokens of each image, and either the first of them (a class token) or their mean could be the features`,
        'Export the model again with the one that is meant as its output, [batch,features].',
      );
  }
}

/** The same of what a file gives. */
export function meansOfTokens({ shape, data }: Tensor<'float32'>, choice: TokenChoice): Tensor<'float32'> {
  const [images, count, size] = [at(shape, 0), at(shape, 1), at(shape, 2)];
  const used = choice === 'class token' ? 1 : count;
  const result = new Float32Array(images * size);
  for (let n = 0; n < images; n++)
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let t = 0; t < used; t++) sum += at(data, (n * count + t) * size + i);
      result[n * size + i] = sum / used;
    }
  return float32([images, size], result);
}
