import { nodeOf } from '../graph/node-of.js';
import { Add } from '../graph/operators/add.js';
import { Clip } from '../graph/operators/clip.js';
import { Relu } from '../graph/operators/relu.js';
import { rewrite } from '../graph/rewrite.js';
import { sameShape } from '../graph/tensor.js';
import { apply, type Node, type Value } from '../graph/value.js';
import { BlockedConv, blockedConv, type Limits, noLimits } from './operators/blocked-conv.js';
import { readersOf } from './readers.js';

/** What follows a blocked convolution and is read by nobody else becomes a part of it: a sum with another map, then limits. */
export function fuseBlocked(outputs: readonly Value[]): Value[] {
  const readers = readersOf(outputs);
  return rewrite(outputs, (node, inputs) => {
    const isReadHere = (i: number) => {
      const value = node.inputs[i];
      return value !== undefined && readers(value).length === 1;
    };
    const limits = limitsOf(node);
    if (limits !== undefined) return isReadHere(0) ? limited(inputs, limits) : undefined;
    if (node.operator.name !== Add.name) return undefined;
    const [a, b] = inputs;
    if (a === undefined || b === undefined || !sameShape(a.shape, b.shape)) return undefined;
    return (isReadHere(0) ? summed(a, b) : undefined) ?? (isReadHere(1) ? summed(b, a) : undefined);
  });
}

function limitsOf({ outputs: [output] }: Node): Limits | undefined {
  if (output === undefined) return undefined;
  if (nodeOf(output, Relu)) return { low: 0, high: noLimits.high };
  const clip = nodeOf(output, Clip)?.attributes;
  return clip && { low: clip.min, high: clip.max };
}

function limited([x]: readonly Value[], limits: Limits): readonly Value[] | undefined {
  const conv = x && unlimited(x);
  return conv && apply(BlockedConv, conv.inputs, { ...conv.attributes, ...limits });
}

function summed(x: Value, other: Value): readonly Value[] | undefined {
  const conv = unlimited(x);
  if (conv === undefined || conv.inputs.length > 3) return undefined;
  const [input, w, bias] = conv.inputs;
  if (input === undefined || w === undefined) return undefined;
  return [blockedConv({ x: input, w, bias, sum: other }, conv.attributes)];
}

function unlimited(x: Value) {
  const conv = nodeOf(x, BlockedConv);
  const hasLimits = conv?.attributes.low !== noLimits.low || conv.attributes.high !== noLimits.high;
  return hasLimits ? undefined : conv;
}
