import { optimizers } from '../optimizers/index.js';
import { nextOf } from '../runtime/program.js';
import { diagnostics } from './diagnostics.js';
import { LABELS, ONE_HOT, PIXELS, sourceInput } from './input-names.js';
import {
  collectedOf,
  emaOf,
  frozen,
  HEAD_BIAS,
  HEAD_WEIGHT,
  METHOD_PREFIX,
  PRETRAINED_HEAD,
  slotOf,
} from './state-names.js';

/** Names that the graphs of a run have for something else than a tensor of the network: inputs, outputs, the new head. */
const reserved: ReadonlySet<string> = new Set([
  ...[PIXELS, LABELS, ONE_HOT].flatMap((name) => [name, sourceInput(name)]),
  ...[HEAD_WEIGHT, HEAD_BIAS],
  ...['images', 'pixel_values', 'features', 'logits'],
  ...['loss', 'task_loss', 'penalty', ...Object.keys(diagnostics)],
  // Bindings keep tensors in objects, where this is no name like others.
  '__proto__',
]);

/** How other names begin: what a method or an optimizer has, copies of a tensor, and what files number (`~`). */
const beginnings = [METHOD_PREFIX, 'optimizer.', `${PRETRAINED_HEAD}.`, frozen(''), nextOf(''), '~'];

/** How the names end of what accompanies a tensor in the state: an optimizer's slots, an average, a sum of gradients. */
const endings = [
  ...Object.values(optimizers).flatMap((optimizer) => optimizer().slots.map((slot) => slotOf('', slot))),
  ...[emaOf(''), collectedOf('')],
];

/** Whether a tensor of a network cannot have this name. */
export function isReserved(name: string): boolean {
  return (
    reserved.has(name) ||
    // ONNX Runtime's names end at a zero byte.
    name.includes('\0') ||
    beginnings.some((beginning) => name.startsWith(beginning)) ||
    endings.some((ending) => name.endsWith(ending))
  );
}
