import type { AdarandError } from '../../errors.js';
import type { OnnxInspection } from '../../models/inspect-onnx.js';

/** Problems of a file that another export of the same network may not have. */
const ofExports: ReadonlySet<string> = new Set([
  'export.fixed-batch',
  'model.fixed-batch',
  'model.image-size',
  'model.not-like-its-file',
  'model.unsupported-operator',
]);

const layerNormalisations: ReadonlySet<string> = new Set([
  'GroupNormalization',
  'InstanceNormalization',
  'LayerNormalization',
  'RMSNormalization',
]);

/** How a network of PyTorch (torchvision, timm, transformers) is exported so that more of it can be trained. */
export function exportAdvice(
  { operators, inputs, halved }: OnnxInspection,
  problems: readonly AdarandError[],
): string[] {
  // This program wrote it.
  if (halved) return [];
  const has = (wanted: (operator: string) => boolean) => operators.some(({ operator }) => wanted(operator));
  const isFolded =
    has((operator) => operator === 'Conv') &&
    !has((operator) => operator === 'BatchNormalization' || layerNormalisations.has(operator));
  const wrong = problems.some(({ code }) => ofExports.has(code));
  if (!isFolded && !wrong) return [];
  const [, , height, width] = inputs[0]?.shape ?? [];
  const images = `torch.randn(2, 3, ${height ?? 224}, ${width ?? 224})`;
  return [
    isFolded
      ? 'It has no normalisation. If the network has BatchNorm, the exporter has folded it into the convolutions, as it does by default; kept, its statistics adapt to the new images:'
      : 'Another export of the same network may do; with PyTorch 2.6 or newer:',
    `torch.onnx.export(model.eval(), (${images},), "model.onnx", external_data=False, optimize=False, dynamic_shapes=({0: "batch"},))`,
    'Or, with its older exporter:',
    `torch.onnx.export(model.eval(), (${images},), "model.onnx", dynamo=False, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False, input_names=["images"], dynamic_axes={"images": {0: "batch"}})`,
  ];
}
