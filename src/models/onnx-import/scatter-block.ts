import { at } from '../../errors.js';
import { attributeProto } from '../../graph/onnx/protos.js';
import { concat } from '../../graph/operators/concat.js';
import { slice } from '../../graph/operators/slice.js';
import type { Value } from '../../graph/value.js';
import type { OnnxModel, OnnxNode } from './decode.js';
import type { NodeReader } from './node-reader.js';

/** What no attribute of a file is called: where a block begins, and how long it is, in each axis that has coordinates. */
const STARTS = 'block.starts';
const SIZES = 'block.sizes';

/**
 * PyTorch's older exporter writes `x[:, :, 1:, 1:] = y` as a ScatterND with the coordinates of every element. Where they
 * are those of a block, they are left out, and what the node does with a block is said of all images at once.
 */
export function withBlocks(model: OnnxModel): OnnxModel {
  const producers = new Map(model.producers);
  for (const [name, node] of model.producers) {
    const block = node.type === 'ScatterND' && node.domain === '' ? blockOf(node, model) : undefined;
    if (block === undefined) continue;
    const [x = '', , updates = ''] = node.inputs;
    const attributes = new Map([
      ...node.attributes,
      [STARTS, attributeProto(STARTS, block.starts)],
      [SIZES, attributeProto(SIZES, block.sizes)],
    ]);
    producers.set(name, { ...node, inputs: [x, '', updates], attributes });
  }
  return { ...model, producers };
}

interface Block {
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
}

/** Coordinates whose i-th is counted along the i-th axis of the updates, whatever the others are. */
function blockOf({ inputs }: OnnxNode, { producers, constants }: OnnxModel): Block | undefined {
  const joined = producers.get(inputs[1] ?? '');
  if (joined?.type !== 'Concat') return undefined;
  const ranges = joined.inputs.map((name, axis) => {
    const placed = producers.get(name);
    const expanded = placed?.type === 'Unsqueeze' ? producers.get(placed.inputs[0] ?? '') : undefined;
    const axes = placed?.attributes.get('axes')?.ints ?? constants.get(placed?.inputs[1] ?? '')?.data;
    if (expanded?.type !== 'Expand' || String(axes) !== '-1') return undefined;
    const stored = constants.get(expanded.inputs[0] ?? '');
    const depth = joined.inputs.length;
    if (
      stored === undefined ||
      stored.shape.some((n, i) => n !== 1 && i - stored.shape.length !== axis - depth)
    )
      return undefined;
    const places = Array.from(stored.data, Number);
    const [start = -1] = places;
    return start >= 0 && places.every((place, i) => place === start + i) ? { start, places } : undefined;
  });
  const known = ranges.filter((range) => range !== undefined);
  if (known.length !== ranges.length || Number(joined.attributes.get('axis')?.i) !== -1) return undefined;
  return { starts: known.map(({ start }) => start), sizes: known.map(({ places }) => places.length) };
}

/** Whether a ScatterND is one of a block. */
export function isOfBlock({ attributes }: OnnxNode): boolean {
  return attributes.has(STARTS);
}

/** x with its block replaced; built for other images than its file, along all of them. */
export function blockScattered(node: NodeReader): Value {
  const [x, updates] = [node.value(0), node.value(2)];
  const [starts, sizes] = [node.ints(STARTS) ?? [], node.ints(SIZES) ?? []];
  const fits = (size: number, axis: number) => {
    const part = sizes[axis];
    const whole = x.shape[axis];
    const inside =
      part === undefined ? size === whole : size === part && (starts[axis] ?? 0) + part <= (whole ?? 0);
    return inside || (node.context.isLifted && size === whole);
  };
  if (updates.shape.length !== x.shape.length || !updates.shape.every(fits))
    throw node.unsupported(`replaces [${updates.shape}] of [${x.shape}], from [${starts}] on`);
  return replaced(x, updates, starts, 0);
}

function replaced(x: Value, updates: Value, starts: readonly number[], from: number): Value {
  const axis = x.shape.findIndex((size, i) => i >= from && size !== updates.shape[i]);
  if (axis === -1) return updates;
  const [start, size, part] = [at(starts, axis), at(x.shape, axis), at(updates.shape, axis)];
  const of = (from: number, to: number) => (from < to ? [slice(x, axis, from, to)] : []);
  const inner = replaced(slice(x, axis, start, start + part), updates, starts, axis + 1);
  return concat([...of(0, start), inner, ...of(start + part, size)], axis);
}

/** Axes of which the block has only a part. */
export function axesOfPart(node: NodeReader): readonly number[] {
  const [x, updates] = [node.value(0), node.value(2)];
  return [...x.shape.keys()].filter((axis) => x.shape[axis] !== updates.shape[axis]);
}
