import { nodeOf } from '../src/graph/node-of.js';
import { Reshape } from '../src/graph/operators/reshape.js';
import { StopGradient } from '../src/graph/operators/stop-gradient.js';
import type { Value } from '../src/graph/value.js';

/** Whether a value is another under a shape or name of its own. */
export function isView(value: Value): boolean {
  return (nodeOf(value, Reshape) ?? nodeOf(value, StopGradient)) !== undefined;
}

/** The value whose memory a value is under another shape. */
export function storageOf(value: Value): Value {
  const from = (nodeOf(value, Reshape) ?? nodeOf(value, StopGradient))?.inputs[0];
  return from === undefined ? value : storageOf(from);
}
