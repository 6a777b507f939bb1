import { firstNotFinite } from '../../graph/first-not-finite.js';
import type { Tensor } from '../../graph/tensor.js';
import { sameShape } from '../../graph/tensor.js';
import type { ExportedModel } from '../../models/export/onnx.js';
import type { Network } from '../../nn/network.js';
import { emaOf, HEAD_BIAS, HEAD_WEIGHT } from '../../training/state-names.js';

/**
 * The classifier that a run's tensors make, those of a trainer's state or of a checkpoint: the moving averages, where
 * there are some. `refuse` makes the error for a tensor that cannot be used.
 */
export function trainedClassifier(
  network: Network,
  classes: readonly string[],
  trained: ReadonlyMap<string, Tensor>,
  refuse: (name: string, why: 'missing' | 'not finite') => Error,
): ExportedModel {
  const tensorOf = (name: string, shape: Tensor['shape']): Tensor<'float32'> => {
    const tensor = trained.get(emaOf(name)) ?? trained.get(name);
    if (tensor?.dtype !== 'float32' || !sameShape(tensor.shape, shape)) throw refuse(name, 'missing');
    if (firstNotFinite(tensor.data) >= 0) throw refuse(name, 'not finite');
    return tensor;
  };
  const head = {
    weight: tensorOf(HEAD_WEIGHT, [classes.length, network.featureSize]),
    bias: tensorOf(HEAD_BIAS, [classes.length]),
    classes,
  };
  const tensors = new Map<string, Tensor<'float32'>>();
  for (const [name, { tensor }] of network.parameters) tensors.set(name, tensorOf(name, tensor.shape));
  for (const [name, { shape }] of network.buffers) tensors.set(name, tensorOf(name, shape));
  return { network, head, tensors };
}
