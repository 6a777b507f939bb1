import { at } from '../errors.js';
import { concat } from '../graph/operators/concat.js';
import { reshape } from '../graph/operators/reshape.js';
import { slice } from '../graph/operators/slice.js';
import { Split } from '../graph/operators/split.js';
import { sizeOf } from '../graph/tensor.js';
import { apply, type Value } from '../graph/value.js';
import { crossovers } from './crossovers.js';
import { type Family, familiesOf } from './families.js';
import type { Target } from './target.js';

/**
 * Computes outputs that are the same elementwise expressions of different tensors, as the next values of parameters are,
 * once, of all these tensors laid end to end. On a GPU a kernel takes longer to start than to compute so little: an
 * optimizer's thousand kernels become a few. Large tensors stay on their own, since laying them end to end moves them.
 */
export function joinAlike(outputs: readonly Value[], target: Target): Value[] {
  const alike = new Map<string, Family[]>();
  for (const family of familiesOf(outputs)) {
    if (sizeOf(family.shape) > crossovers.joinedElements) continue;
    const group = alike.get(family.form);
    if (group === undefined) alike.set(family.form, [family]);
    else group.push(family);
  }
  const joined = new Map<Value, Value>();
  for (const group of alike.values())
    if (group.length > 1) for (const [output, value] of joinedOf(group, target)) joined.set(output, value);
  return outputs.map((output) => joined.get(output) ?? output);
}

/** What takes the place of the outputs of families of one form. */
function joinedOf(group: readonly Family[], target: Target): Map<Value, Value> {
  const first = at(group, 0);
  const flat = new Map<Value, Value>(
    first.own.map((leaf, i) => [
      leaf,
      concat(
        group.map(({ own }) => flattened(at(own, i))),
        0,
      ),
    ]),
  );
  const evaluated = (value: Value): Value => {
    const known = flat.get(value);
    if (known !== undefined) return known;
    const node = first.nodes.get(value);
    if (node === undefined) return value;
    const result = at(apply(node.operator, node.inputs.map(evaluated), node.attributes), 0);
    flat.set(value, result);
    return result;
  };
  const places = new Map<Value, Value>();
  for (const [i, output] of first.outputs.entries()) {
    const pieces = piecesOf(evaluated(output), group, target);
    for (const [j, { outputs, shape }] of group.entries())
      places.set(at(outputs, i), reshape(at(pieces, j), shape));
  }
  return places;
}

/** WebGPU writes no more than a dozen buffers at once. */
function piecesOf(joined: Value, group: readonly Family[], { device }: Target): readonly Value[] {
  const sizes = group.map(({ shape }) => sizeOf(shape));
  if (device !== 'webgpu') return apply(Split, [joined], { axis: 0, sizes });
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return slice(joined, 0, end - size, end);
  });
}

function flattened(value: Value): Value {
  return value.shape.length === 1 ? value : reshape(value, [sizeOf(value.shape)]);
}
