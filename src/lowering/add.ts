import { at } from '../errors.js';
import { nodeOf } from '../graph/node-of.js';
import { Add } from '../graph/operators/add.js';
import { Expand } from '../graph/operators/expand.js';
import { MatMul } from '../graph/operators/matmul.js';
import { Mul } from '../graph/operators/mul.js';
import { Reshape, reshape } from '../graph/operators/reshape.js';
import { ScatterAdd, scatterAdd } from '../graph/operators/scatter-add.js';
import { sameShape } from '../graph/tensor.js';
import { apply, isConstantOf, type Value } from '../graph/value.js';
import { channelAffine } from './channels.js';
import { flattened } from './elementwise.js';
import type { LoweringOf } from './lowering.js';
import { gemm } from './operators/gemm.js';
import type { Target } from './target.js';

/** A sum that ends what one kernel does whole; else as `elementwise`. */
export const add: LoweringOf<typeof Add> = {
  lower([a, b], _attributes, target) {
    const [sum] = apply(Add, [a, b], {});
    return [
      productAndRow(a, b) ??
        scaledAndMoved(a, b, target) ??
        scatteredInto(a, b) ??
        scatteredInto(b, a) ??
        flattened(Add, a, b, target) ??
        sum,
    ];
  },
};

/** A product of matrices plus a row is one Gemm, which saves a pass over the result. */
function productAndRow(a: Value, b: Value): Value | undefined {
  const product = nodeOf(a, MatMul);
  const fits = a.shape.length === 2 && b.shape.length === 1 && a.shape[1] === b.shape[0];
  if (product === undefined || !fits || product.attributes.alpha !== 1) return undefined;
  const { transposeA, transposeB } = product.attributes;
  return gemm(...product.inputs, b, { transposeA, transposeB });
}

/** x scale + offset, of a map x [N,C,H,W] and constants [C,1,1], as images are normalised. */
function scaledAndMoved(sum: Value, offset: Value, target: Target): Value | undefined {
  const [x, scale] = nodeOf(sum, Mul)?.inputs ?? [];
  if (x === undefined || scale === undefined || x.shape.length !== 4) return undefined;
  const perChannel = [at(x.shape, 1), 1, 1];
  if (!isConstant(scale, perChannel) || !isConstant(offset, perChannel)) return undefined;
  return channelAffine(x, vectorOf(scale), vectorOf(offset), target);
}

/** What is scattered into zeros, as max-pooling's gradient is, and then added to a map is scattered into the map. */
function scatteredInto(scattered: Value, map: Value): Value | undefined {
  if (!sameShape(scattered.shape, map.shape)) return undefined;
  const flat = nodeOf(scattered, Reshape)?.inputs[0] ?? scattered;
  const scatter = nodeOf(flat, ScatterAdd);
  if (scatter === undefined) return undefined;
  const [data, indices, updates] = scatter.inputs;
  const element = nodeOf(data, Expand)?.inputs[0];
  if (element === undefined || !isConstantOf(element, 0)) return undefined;
  const sum = scatterAdd(reshape(map, flat.shape), indices, updates, scatter.attributes.axis);
  return reshape(sum, map.shape);
}

function isConstant({ origin, shape }: Value, expected: readonly number[]): boolean {
  return origin.kind === 'constant' && sameShape(shape, expected);
}

const vectorOf = (perChannel: Value): Value => reshape(perChannel, [at(perChannel.shape, 0)]);
