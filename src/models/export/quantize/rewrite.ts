import { at, invariant } from '../../../errors.js';
import { nodeOf } from '../../../graph/node-of.js';
import { Conv, conv } from '../../../graph/operators/conv.js';
import { MatMul, matmul } from '../../../graph/operators/matmul.js';
import { mul } from '../../../graph/operators/mul.js';
import { transpose } from '../../../graph/operators/transpose.js';
import { rewrite } from '../../../graph/rewrite.js';
import type { Tensor } from '../../../graph/tensor.js';
import { apply, constant, type Node, scalar, type Value } from '../../../graph/value.js';
import type { Levels } from './levels.js';
import { Linear } from './linear.js';
import { DequantizeLinear, QuantizeLinear } from './linear-operators.js';
import { cutsOffNegatives, type Plan } from './plan.js';
import { storedContent } from './stored.js';
import { quantizeWeights, type WeightsOfLayer } from './weights.js';

/** A classifier's values with what the plan says in 8-bit numbers: `levels` has those of each value that was measured. */
export function quantized(
  outputs: readonly Value[],
  { layers, rounded }: Plan,
  levels: ReadonlyMap<Value, Levels>,
  stored: ReadonlyMap<string, Tensor>,
): Value[] {
  const levelsAt = (value: Value): Levels | undefined => {
    const measured = rounded.get(value);
    return measured && levels.get(measured);
  };
  const ofInputs = new Map<Value, Value>();
  /** Inputs of the graph, which no node makes, are rounded where a layer reads them. */
  const entering = (value: Value, current: Value, found: Levels): Value => {
    if (value.origin.kind === 'node') return current;
    const before = ofInputs.get(value) ?? roundTrip(current, found);
    ofInputs.set(value, before);
    return before;
  };
  return rewrite(outputs, (node, inputs) => {
    const x = node.inputs[0];
    const y = node.outputs[0];
    if (x === undefined || y === undefined) return undefined;
    const isLayer = layers.has(node);
    const to = levelsAt(y);
    if (!isLayer && to === undefined) return undefined;
    const from = levelsAt(x);
    const made = () => {
      if (!isLayer) return apply(node.operator, inputs, node.attributes);
      invariant(from !== undefined, 'what enters a layer is rounded');
      return [layerOf(node, entering(x, at(inputs, 0), from), from, stored)];
    };
    if (to === undefined) return made();
    // Levels from 0 on cut off what a ReLU would.
    if (cutsOffNegatives(node) && to.zeroPoint === 0) return [roundTrip(at(inputs, 0), to)];
    const [first, ...others] = made();
    invariant(first !== undefined, 'a node has a result');
    return [roundTrip(first, to), ...others];
  });
}

function roundTrip(x: Value, { scale, zeroPoint }: Levels): Value {
  const step = scalar(scale);
  const zero = constant({ dtype: 'uint8', shape: [], data: Uint8Array.of(zeroPoint) });
  const [q] = apply(QuantizeLinear, [x, step, zero], {});
  return apply(DequantizeLinear, [q, step, zero], { axis: 0 })[0];
}

/** A layer with its weights in 8 bits, and what it is multiplied by. */
function layerOf(node: Node, x: Value, { scale }: Levels, stored: ReadonlyMap<string, Tensor>): Value {
  const y = at(node.outputs, 0);
  const convolution = nodeOf(y, Conv);
  if (convolution !== undefined) {
    const [w, b] = [at(convolution.inputs, 1), convolution.inputs[2]];
    const { group } = convolution.attributes;
    const depthwise = group === w.shape[0] && w.shape[1] === 1;
    const { weight, bias } = eightBits({ weight: w, bias: b, axis: 0, depthwise });
    return conv(x, weight, bias, convolution.attributes);
  }
  const linear = nodeOf(y, Linear);
  if (linear !== undefined) {
    const [, w, b] = linear.inputs;
    const matrix = linear.attributes.transposed ? w : transpose(w, [1, 0]);
    const { weight, bias } = eightBits({ weight: matrix, bias: b, axis: 1, depthwise: false });
    invariant(bias !== undefined, 'a linear layer has a bias');
    return apply(Linear, [x, weight, bias], { transposed: true })[0];
  }
  const product = nodeOf(y, MatMul);
  invariant(product !== undefined, 'a layer is a convolution or a product');
  const { transposeB, alpha } = product.attributes;
  const matrix = product.inputs[1];
  const { weight } = eightBits({
    weight: transposeB ? transpose(matrix, [1, 0]) : matrix,
    bias: undefined,
    axis: 1,
    depthwise: false,
  });
  const result = matmul(x, weight);
  return alpha === 1 ? result : mul(result, alpha);

  /** Weights and bias as the file has them, and back as numbers that a float operator reads. */
  function eightBits({ weight, bias, axis, depthwise }: WeightValues) {
    const found = quantizeWeights({
      weight: storedContent(weight, stored),
      bias: bias && storedContent(bias, stored),
      axis,
      depthwise,
      inputScale: scale,
    });
    const scales = { ...found.scale, data: found.scale.data.map((step) => scale * step) };
    return {
      weight: dequantized(found.weight, found.scale, axis),
      bias: found.bias && apply(DequantizeLinear, [constant(found.bias), constant(scales)], { axis: 0 })[0],
    };
  }
}

interface WeightValues extends Pick<WeightsOfLayer, 'axis' | 'depthwise'> {
  readonly weight: Value;
  readonly bias: Value | undefined;
}

function dequantized(weight: Tensor<'int8'>, scale: Tensor<'float32'>, axis: number): Value {
  const zero: Tensor = { dtype: 'int8', shape: scale.shape, data: new Int8Array(scale.data.length) };
  return apply(DequantizeLinear, [constant(weight), constant(scale), constant(zero)], { axis })[0];
}
