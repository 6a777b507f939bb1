import { AdarandError } from '../errors.js';
import { firstNotFinite } from '../graph/first-not-finite.js';
import type { Tensor } from '../graph/tensor.js';
import type { Network } from '../nn/network.js';

/**
 * Refuses weights that no network works with: numbers that are not finite, and negative variances. `variances` are the
 * buffers that hold some; `file` is for messages.
 *
 * @throws AdarandError `model.not-finite`, `model.negative-variance`.
 */
export function checkNumbers(
  { parameters, buffers }: Pick<Network, 'parameters' | 'buffers'>,
  variances: ReadonlySet<string>,
  file: string,
): void {
  for (const [name, { tensor }] of parameters) requireFinite(name, tensor, file);
  for (const [name, tensor] of buffers) {
    requireFinite(name, tensor, file);
    const negative = variances.has(name) ? tensor.data.find((element) => element < 0) : undefined;
    if (negative !== undefined)
      throw new AdarandError(
        'model.negative-variance',
        `${file}: the running variance ${name} has the element ${negative}, and a variance is never negative`,
        damagedOrWrong,
      );
  }
}

function requireFinite(name: string, { data }: Tensor<'float32'>, file: string): void {
  const place = firstNotFinite(data);
  if (place >= 0)
    throw new AdarandError(
      'model.not-finite',
      `${file}: the weight ${name} has the element ${data[place]}`,
      damagedOrWrong,
    );
}

const damagedOrWrong = 'The file is damaged, or its training went wrong: download or export the model again.';
