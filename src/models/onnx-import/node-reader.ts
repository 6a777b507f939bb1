import { AdarandError } from '../../errors.js';
import type { AttributeProto } from '../../graph/onnx/onnx_pb.js';
import { type Shape, sameShape, type Tensor } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import type { Scope } from '../../nn/network.js';
import type { WeightRole } from './builder.js';
import type { OnnxNode } from './decode.js';
import { isIdleAttribute, isIdleInput } from './idle.js';
import { decodeTensor } from './tensor.js';

export interface BuildContext {
  readonly file: string;
  readonly opset: number;
  readonly scope: Scope;
  /** N, of the images. */
  readonly batch: number;
  /** Whether the file is made for another number of images; it has been built for that one before. */
  readonly isLifted: boolean;
  /** Which stored tensors are weights. */
  readonly roles: ReadonlyMap<string, WeightRole>;
  read(name: string): Value;
  /** Whether a value depends on the images. */
  fromImages(name: string): boolean;
}

/** What a builder reads from: a node's inputs as values, its attributes as numbers. */
export class NodeReader {
  readonly node: OnnxNode;
  readonly context: BuildContext;
  readonly #asked = new Set<string>();
  readonly #askedInputs = new Set<number>();

  constructor(node: OnnxNode, context: BuildContext) {
    this.node = node;
    this.context = context;
  }

  get opset(): number {
    return this.context.opset;
  }

  /** The i-th input. */
  value(i: number): Value {
    const value = this.optional(i);
    if (value === undefined) throw this.invalid(`has no input ${i}`);
    return value;
  }

  /** The i-th input, unless it is left out. */
  optional(i: number): Value | undefined {
    const name = this.node.inputs[i];
    this.#askedInputs.add(i);
    return name === undefined || name === '' ? undefined : this.context.read(name);
  }

  /** All inputs. */
  values(): Value[] {
    return this.node.inputs.map((_, i) => this.value(i));
  }

  /** The i-th input, refused unless it is of floats and has this shape. `what` says what it is. */
  floats(i: number, what: string, shape: Shape): Value {
    const value = this.value(i);
    this.requireFloats(value, what, `[${shape}]`);
    if (!sameShape(value.shape, shape))
      throw this.invalid(`has ${described(value)} as its ${what}, not [${shape}]`);
    return value;
  }

  /** The same, unless the input is left out. */
  optionalFloats(i: number, what: string, shape: Shape): Value | undefined {
    return this.optional(i) === undefined ? undefined : this.floats(i, what, shape);
  }

  /** The i-th input, refused unless it is of floats and can be repeated to this shape; undefined where it is left out. */
  optionalOnto(i: number, what: string, shape: Shape): Value | undefined {
    const value = this.optional(i);
    if (value === undefined) return undefined;
    this.requireFloats(value, what, `for [${shape}]`);
    const wanted = shape.slice(shape.length - value.shape.length);
    const fits =
      value.shape.length <= shape.length && value.shape.every((n, j) => n === 1 || n === wanted[j]);
    if (!fits) throw this.invalid(`has ${described(value)} as its ${what}, for [${shape}]`);
    return value;
  }

  /** Refuses a value that is not of floats. */
  requireFloats(value: Value, what: string, wanted: string): void {
    if (value.dtype !== 'float32')
      throw this.invalid(`has ${described(value)} as its ${what}, not float32 ${wanted}`);
  }

  /** The elements of the i-th input, which must be known when the graph is built. */
  numbers(i: number): number[] {
    const value = this.value(i);
    if (value.origin.kind !== 'constant') throw this.unsupported(`takes its input ${i} from the image`);
    return Array.from(value.origin.tensor.data, Number);
  }

  /** The i-th input as one number. */
  number(i: number): number {
    const number = this.optionalNumber(i);
    if (number === undefined) throw this.invalid(`has no input ${i}`);
    return number;
  }

  /** The same, unless the input is left out. */
  optionalNumbers(i: number): number[] | undefined {
    return this.optional(i) === undefined ? undefined : this.numbers(i);
  }

  /** The i-th input as one number, unless it is left out. */
  optionalNumber(i: number): number | undefined {
    const numbers = this.optionalNumbers(i);
    if (numbers !== undefined && numbers.length !== 1)
      throw this.invalid(`takes one number as input ${i}, not ${numbers.length}`);
    return numbers?.[0];
  }

  int(name: string, otherwise: number): number {
    const attribute = this.#attribute(name);
    return attribute === undefined ? otherwise : Number(attribute.i);
  }

  float(name: string, otherwise: number): number {
    return this.#attribute(name)?.f ?? otherwise;
  }

  ints(name: string): number[] | undefined {
    return this.#attribute(name)?.ints.map(Number);
  }

  text(name: string, otherwise: string): string {
    const attribute = this.#attribute(name);
    return attribute === undefined ? otherwise : new TextDecoder().decode(attribute.s);
  }

  texts(name: string): string[] | undefined {
    return this.#attribute(name)?.strings.map((text) => new TextDecoder().decode(text));
  }

  tensor(name: string): Tensor | undefined {
    const proto = this.#attribute(name)?.t;
    return proto === undefined ? undefined : decodeTensor(proto, this.context.file);
  }

  /** Integers that older operator sets have as an attribute and newer ones as an input. */
  intsOrInput(name: string, i: number): number[] {
    const numbers = this.optionalIntsOrInput(name, i);
    if (numbers === undefined) throw this.invalid(`has no ${name}`);
    return numbers;
  }

  /** The same, unless they are left out. */
  optionalIntsOrInput(name: string, i: number): number[] | undefined {
    return this.ints(name) ?? this.optionalNumbers(i);
  }

  /** `axis` of a tensor of `rank`, counted from the front. */
  axis(axis: number, rank: number): number {
    const result = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(result) || result < 0 || result >= rank)
      throw this.invalid(`has axis ${axis} of a tensor with ${rank}`);
    return result;
  }

  /** The error for a legal use that is not supported. */
  unsupported(what: string): AdarandError {
    return unsupportedOperator(this.node, this.context, what);
  }

  /** The error for an illegal use. */
  invalid(what: string): AdarandError {
    return new AdarandError(
      'model.invalid-node',
      `${this.context.file}: ${this.node.type} "${this.node.name}" ${what}`,
      'Check the model with onnx.checker, or export it again.',
    );
  }

  /** Refuses a node with an attribute or an input that its builder has not asked for: it may be computed otherwise. */
  refuseUnknown(): void {
    for (const name of this.node.attributes.keys())
      if (!this.#asked.has(name) && !isIdleAttribute(this.node.type, name))
        throw this.unsupported(`has the attribute ${name}`);
    for (const [i, name] of this.node.inputs.entries())
      if (name !== '' && !this.#askedInputs.has(i) && !isIdleInput(this.node.type, i))
        throw this.unsupported(`has an input ${i}`);
  }

  #attribute(name: string): AttributeProto | undefined {
    this.#asked.add(name);
    return this.node.attributes.get(name);
  }
}

function described({ dtype, shape }: Value): string {
  return `${dtype} [${shape}]`;
}

export function unsupportedOperator(
  { type, name, domain }: OnnxNode,
  { file, opset }: { readonly file: string; readonly opset: number },
  what = 'is not among the operators that can be trained',
): AdarandError {
  const operator = domain === '' ? `${type} (opset ${opset})` : `${domain}.${type}`;
  return new AdarandError(
    'model.unsupported-operator',
    `${file}: the operator ${operator} of node "${name}" ${what}`,
    'Export the model for inference with plain layers (torch.onnx.export of model.eval()), or choose another backbone.',
  );
}
