import { at } from '../../errors.js';
import { matrix as matrixShape } from '../../graph/shapes.js';
import { float32, sameShape, type Tensor } from '../../graph/tensor.js';
import type { OnnxModel, OnnxNode } from '../onnx-import/decode.js';

/** A linear layer with stored weights. */
export interface LinearHead {
  /** Name of the value that the classifier reads. */
  readonly features: string;
  /** Whether that value's maps [N,d,H,W] must still be averaged: the file pools after its classifier. */
  readonly pool: boolean;
  /** [K, d] */
  readonly weight: Tensor<'float32'>;
  /** [K]; zeros where the file has none. */
  readonly bias: Tensor<'float32'>;
  readonly biased: boolean;
}

/** The linear layer that a node is: a Gemm, a MatMul, an Add of its bias, or a 1x1 Conv. */
export function layerOf(node: OnnxNode, model: OnnxModel, pool: boolean): LinearHead | undefined {
  return linearLayer(node, model, pool) ?? convolution(node, model, pool);
}

function linearLayer(node: OnnxNode, model: OnnxModel, pool: boolean): LinearHead | undefined {
  if (pool) return undefined;
  if (node.type === 'Gemm') return gemm(node, model);
  const [a, b] = node.inputs;
  if (a === undefined || b === undefined) return undefined;
  if (node.type === 'MatMul') return matrix(a, stored(b, model), undefined);
  if (node.type !== 'Add') return undefined;
  return biased(a, stored(b, model), model) ?? biased(b, stored(a, model), model);
}

/** A linear layer whose bias is added by a node of its own. */
function biased(name: string, bias: Tensor<'float32'> | undefined, model: OnnxModel): LinearHead | undefined {
  const inner = model.producers.get(name);
  if (inner === undefined || bias === undefined || inner.type === 'Add') return undefined;
  const layer = linearLayer(inner, model, false);
  if (layer === undefined || layer.bias.data.length !== bias.data.length) return undefined;
  const sum = layer.bias.data.map((element, i) => element + at(bias.data, i));
  return { ...layer, bias: float32(layer.bias.shape, sum), biased: true };
}

function gemm(node: OnnxNode, model: OnnxModel) {
  const [a, b, c] = node.inputs;
  if (a === undefined || b === undefined) return undefined;
  const weight = stored(b, model);
  const bias = stored(c, model);
  const plain = isInt(node, 'transA', 0, 0) && isOneFloat(node, 'alpha') && isOneFloat(node, 'beta');
  if (!plain || (isGiven(c) && bias === undefined)) return undefined;
  const transposed = isInt(node, 'transB', 1, 0);
  return matrix(a, transposed && weight?.shape.length === 2 ? transpose(weight) : weight, bias);
}

/** `weight` is [d,K], as x W wants it. */
function matrix(features: string, weight?: Tensor<'float32'>, bias?: Tensor<'float32'>) {
  return weight?.shape.length === 2 ? head(features, false, transpose(weight), bias) : undefined;
}

function convolution(node: OnnxNode, model: OnnxModel, pool: boolean) {
  const [, w, b] = node.inputs;
  const x = readPointwise(node, model);
  const [weight, bias] = [stored(w, model), stored(b, model)];
  if (x === undefined || weight === undefined || !isEverywhere(node, 'pads', 0)) return undefined;
  if (isGiven(b) && bias === undefined) return undefined;
  return head(x, pool, float32(weight.shape.slice(0, 2), weight.data), bias);
}

/** The maps that a 1x1 Conv with stored weights reads at every place; it may add places around them. */
export function readPointwise(node: OnnxNode, model: OnnxModel): string | undefined {
  const [x, w] = node.inputs;
  const weight = stored(w, model);
  if (node.type !== 'Conv' || weight === undefined || !sameShape(weight.shape.slice(2), [1, 1]))
    return undefined;
  return isInt(node, 'group', 1, 1) && isEverywhere(node, 'strides', 1) ? x : undefined;
}

/** Whether an attribute has this value for every axis, which is ONNX's default where it is absent. */
function isEverywhere({ attributes }: OnnxNode, name: string, value: number): boolean {
  return attributes.get(name)?.ints.every((n) => Number(n) === value) !== false;
}

/** Whether an attribute, which is `absent` where the node does not give it, has this value. */
function isInt({ attributes }: OnnxNode, name: string, value: number, absent: number): boolean {
  const attribute = attributes.get(name);
  return (attribute === undefined ? absent : Number(attribute.i)) === value;
}

function isOneFloat({ attributes }: OnnxNode, name: string): boolean {
  const attribute = attributes.get(name);
  return attribute === undefined || attribute.f === 1;
}

/** An optional input may be left out at the end, or be called ''. */
function isGiven(input: string | undefined): boolean {
  return input !== undefined && input !== '';
}

function head(features: string, pool: boolean, weight: Tensor<'float32'>, bias?: Tensor<'float32'>) {
  const count = at(weight.shape, 0);
  if (bias !== undefined && bias.data.length !== count) return undefined;
  return {
    features,
    pool,
    weight,
    bias: float32([count], bias?.data ?? new Float32Array(count)),
    biased: bias !== undefined,
  };
}

/** A stored float tensor, also behind what exporters write before one that is shared or turned. */
function stored(input: string | undefined, model: OnnxModel): Tensor<'float32'> | undefined {
  let turned = false;
  const passed = new Set<string>();
  for (let name = input; name !== undefined && !passed.has(name); ) {
    passed.add(name);
    const tensor = model.constants.get(name);
    if (tensor !== undefined)
      return tensor.dtype !== 'float32' ? undefined : turned ? transpose(tensor) : tensor;
    const producer = model.producers.get(name);
    const isTurn = producer?.type === 'Transpose' && producer.attributes.get('perm')?.ints.join() === '1,0';
    if (producer === undefined || !(isTurn || relaying.has(producer.type))) return undefined;
    turned = turned !== isTurn;
    [name] = producer.inputs;
  }
  return undefined;
}

const relaying: ReadonlySet<string> = new Set(['Cast', 'CastLike', 'Identity']);

function transpose({ shape, data }: Tensor<'float32'>): Tensor<'float32'> {
  const [rows, columns] = matrixShape(shape);
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = at(data, i * columns + j);
  return float32([columns, rows], result);
}
