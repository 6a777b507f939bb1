import { METHOD_PREFIX } from './apply-method.js';
import { HEAD_BIAS, HEAD_WEIGHT, LABELS, ONE_HOT, PIXELS, sourceInput } from './classifier.js';
import { diagnostics } from './diagnostics.js';

/** Names that the graphs of a run have for something else than a tensor of the network: inputs, outputs, the new head. */
const reserved: ReadonlySet<string> = new Set([
  ...[PIXELS, LABELS, ONE_HOT].flatMap((name) => [name, sourceInput(name)]),
  ...[HEAD_WEIGHT, HEAD_BIAS],
  ...['images', 'pixel_values', 'features', 'logits'],
  ...['loss', 'task_loss', 'penalty', ...Object.keys(diagnostics)],
]);

/** Whether a tensor of a network cannot have this name. */
export function isReserved(name: string): boolean {
  return reserved.has(name) || name.startsWith(METHOD_PREFIX) || name.startsWith('optimizer.');
}
