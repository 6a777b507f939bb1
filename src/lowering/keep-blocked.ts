import { at } from '../errors.js';
import { nodeOf } from '../graph/node-of.js';
import { Concat } from '../graph/operators/concat.js';
import { mul } from '../graph/operators/mul.js';
import { ReduceMean } from '../graph/operators/reduce-mean.js';
import { ReduceSum } from '../graph/operators/reduce-sum.js';
import { Reshape, reshape } from '../graph/operators/reshape.js';
import { Slice } from '../graph/operators/slice.js';
import { Transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import { sameShape, sizeOf } from '../graph/tensor.js';
import { apply, type Node, topologicalOrder, type Value } from '../graph/value.js';
import { mapSums } from './blocked-sums.js';
import { Layouts } from './layouts.js';
import { BlockChannels } from './operators/block-channels.js';
import { UnblockChannels } from './operators/unblock-channels.js';
import { unblockPixels } from './operators/unblock-pixels.js';

/**
 * Keeps maps in the blocked layout from one convolution to the next. Rules change the layout around each convolution; what
 * is elementwise commutes with a change of layout, so that maps stay blocked through it, and a change and its reverse
 * cancel. A map is laid out plainly where somebody reads it so, once.
 */
export function keepBlocked(outputs: readonly Value[], block: number): Value[] {
  const layouts = new Layouts(block);
  for (const node of topologicalOrder(outputs)) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (input === undefined || output === undefined || node.outputs.length > 1) {
      layouts.rebuild(node);
      continue;
    }
    const plain = nodeOf(output, BlockChannels) ? layouts.blocked(input) : readBlocked(node, layouts, block);
    if (plain !== undefined) layouts.setPlain(output, plain);
    else if (nodeOf(output, UnblockChannels)) layouts.setBlocked(output, layouts.plain(input));
    else if (staysBlocked(node, output, { layouts, block })) {
      const operands = node.inputs.map((value) =>
        isOneNumber(value) ? layouts.plain(value) : layouts.blocked(value),
      );
      layouts.setBlocked(output, at(apply(node.operator, operands, node.attributes), 0));
    } else layouts.rebuild(node);
  }
  return outputs.map((value) => layouts.plain(value));
}

/** Whether a node computes the same of blocked maps, of which it reads one at least. */
function staysBlocked(
  { operator, inputs }: Node,
  output: Value,
  { layouts, block }: { readonly layouts: Layouts; readonly block: number },
): boolean {
  if (!inputs.some((value) => layouts.isBlocked(value))) return false;
  const cut = nodeOf(output, Slice)?.attributes;
  if (cut !== undefined)
    // Images, or whole blocks of channels.
    return (
      cut.axis === 0 ||
      (cut.axis === 1 && [cut.start, cut.end].every((c) => c % block === 0) && cut.step === 1)
    );
  if (operator.elementwise)
    return inputs.every(
      (value) =>
        layouts.isBlocked(value) ||
        isOneNumber(value) ||
        (sameShape(value.shape, output.shape) && layouts.canBlock(value)),
    );
  return (
    nodeOf(output, Concat)?.attributes.axis === 1 &&
    inputs.every((value) => layouts.isBlocked(value) || layouts.canBlock(value))
  );
}

/** What a node makes of blocked maps that is not blocked itself; undefined where it is none that can. */
function readBlocked(
  { inputs: [input], outputs: [output] }: Node,
  layouts: Layouts,
  block: number,
): Value | undefined {
  if (input === undefined || output === undefined) return undefined;
  return rowsOfBlocked(input, output, layouts, block) ?? sumsOfBlocked(input, output, layouts, block);
}

/** A transpose that puts channels last, of maps or of maps as lines [N,C,H W]. */
function rowsOfBlocked(input: Value, output: Value, layouts: Layouts, block: number): Value | undefined {
  const perm = nodeOf(output, Transpose)?.attributes.perm;
  if (perm === undefined) return undefined;
  if (sameShape(perm, [0, 2, 3, 1]) && layouts.isBlockedMap(input))
    return unblockPixels(layouts.blocked(input), block);
  const maps = nodeOf(input, Reshape)?.inputs[0];
  if (maps === undefined || !sameShape(perm, [0, 2, 1]) || !layouts.isBlockedMap(maps)) return undefined;
  const [batch, channels, height, width] = nchw(maps.shape);
  if (!sameShape(input.shape, [batch, channels, height * width])) return undefined;
  // Under the lines' shape, so that it stays another value than the one above: see `mapsOfPixels`.
  const lines = reshape(layouts.blocked(maps), [batch, channels, 1, height * width]);
  return reshape(unblockPixels(lines, block), output.shape);
}

/** Sums and means over pixels. */
function sumsOfBlocked(input: Value, output: Value, layouts: Layouts, block: number): Value | undefined {
  if (!layouts.isBlockedMap(input)) return undefined;
  const mean = nodeOf(output, ReduceMean)?.attributes.axes;
  const axes = mean ?? nodeOf(output, ReduceSum)?.attributes.axes;
  const keeps = axes && keptAxes(axes);
  if (keeps === undefined) return undefined;
  const sums = mapSums(layouts.blocked(input), block, keeps);
  const share = mean === undefined ? 1 : sizeOf(output.shape) / sizeOf(input.shape);
  return reshape(mul(sums, share), output.shape);
}

/** What is left by a reduction over the pixels of maps [N,C,H,W], if it is one. */
function keptAxes(axes: readonly number[]): 'images' | 'channels' | undefined {
  if (sameShape(axes, [2, 3])) return 'images';
  return sameShape(axes, [0, 2, 3]) ? 'channels' : undefined;
}

function isOneNumber(value: Value): boolean {
  return sizeOf(value.shape) === 1;
}
