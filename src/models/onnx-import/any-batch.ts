import { AdarandError, at } from '../../errors.js';
import { expand } from '../../graph/operators/expand.js';
import { reshape } from '../../graph/operators/reshape.js';
import { type Shape, sameShape, sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { batchRules } from './batch-rules.js';
import type { OnnxNode } from './decode.js';
import { type BuildContext, NodeReader } from './node-reader.js';

/** A graph as its file has it, built for the number of images that the file was made for. */
export interface Reference {
  readonly images: number;
  /** By the name of a value. */
  readonly shapes: ReadonlyMap<string, Shape>;
}

/**
 * Builds a node of a file made for one number of images for another one: the numbers written into it are those of its
 * own. Each value that depends on the images has one axis in which it is longer by a factor, and in which the images
 * come one after another, each with all that belongs to it.
 *
 * @throws AdarandError `model.fixed-batch` where that cannot be kept up.
 */
export function buildForBatch(
  node: OnnxNode,
  context: BuildContext,
  reference: Reference,
  build: (context: BuildContext) => readonly Value[],
): readonly Value[] {
  const lifted = new LiftedNode(node, context, reference);
  const outputs = lifted.build(build);
  node.outputs.forEach((name, i) => {
    const output = outputs[i];
    const before = reference.shapes.get(name);
    if (output !== undefined && before !== undefined && lifted.isLifted)
      if (axisOf(output.shape, before, lifted.ratio) === undefined) throw lifted.fixed();
  });
  return outputs;
}

class LiftedNode {
  readonly ratio: number;
  readonly #node: OnnxNode;
  readonly #context: BuildContext;
  readonly #reference: Reference;
  /** For each input, the axis of the images; undefined for what does not depend on them. */
  readonly #axes: readonly (number | undefined)[];

  constructor(node: OnnxNode, context: BuildContext, reference: Reference) {
    this.#node = node;
    this.#context = context;
    this.#reference = reference;
    this.ratio = context.batch / reference.images;
    this.#axes = node.inputs.map((name) => {
      if (name === '') return undefined;
      const { shape } = context.read(name);
      const before = this.#before(name);
      if (sameShape(shape, before)) return undefined;
      const axis = axisOf(shape, before, this.ratio);
      if (axis === undefined) throw this.fixed();
      return axis;
    });
  }

  get isLifted(): boolean {
    return this.#axes.some((axis) => axis !== undefined);
  }

  build(build: (context: BuildContext) => readonly Value[]): readonly Value[] {
    const rule = batchRules[this.#node.type];
    const [first] = this.#axes;
    if (!this.isLifted) return build(this.#context);
    switch (rule?.kind) {
      case 'same':
        return build(this.#context);
      case 'first':
        if (first !== 0) throw this.fixed();
        return build(this.#context);
      case 'relaid':
        return [this.#relaid()];
      case 'expanded':
        return [this.#expanded()];
      case 'broadcast':
        return build(this.#reading((i) => this.#aligned(i, rule.matrices)));
      case 'along': {
        const own = rule.axes(
          new NodeReader(this.#node, this.#context),
          this.#before(at(this.#node.inputs, 0)),
        );
        if (first !== undefined && own.includes(first)) throw this.fixed();
        return build(rule.joins ? this.#reading((i) => this.#joined(i)) : this.#context);
      }
      case undefined:
        throw this.fixed();
    }
  }

  fixed(): AdarandError {
    const { images } = this.#reference;
    return new AdarandError(
      'model.fixed-batch',
      `${this.#context.file} is made for ${images} ${images === 1 ? 'image' : 'images'} at a time: ${this.#node.type} "${this.#node.name}" cannot be built for another number`,
      'Export the model again with a free batch dimension (dynamic_axes or dynamic_shapes of torch.onnx.export).',
    );
  }

  /** The same node, reading other values. */
  #reading(input: (i: number) => Value): BuildContext {
    const values = new Map(
      this.#node.inputs.flatMap((name, i) => (name === '' ? [] : [[name, input(i)] as const])),
    );
    return { ...this.#context, read: (name) => values.get(name) ?? this.#context.read(name) };
  }

  #before(name: string): Shape {
    const shape = this.#reference.shapes.get(name);
    return shape ?? this.#context.read(name).shape;
  }

  #input(i: number): Value {
    return this.#context.read(at(this.#node.inputs, i));
  }

  /** Elements stay in their order, so the images are where the same number of elements comes before them. */
  #relaid(): Value {
    const x = this.#input(0);
    const before = this.#before(at(this.#node.inputs, 0));
    const target = this.#before(at(this.#node.outputs, 0));
    const axis = this.#axes[0];
    if (axis === undefined) throw this.fixed();
    const leading = sizeOf(before.slice(0, axis));
    const place = [...target.keys()].find(
      (i) => sizeOf(target.slice(0, i)) === leading && at(target, i) % this.#reference.images === 0,
    );
    if (place === undefined) throw this.fixed();
    return reshape(x, target.with(place, at(target, place) * this.ratio));
  }

  #expanded(): Value {
    const x = this.#input(0);
    const target = this.#before(at(this.#node.outputs, 0));
    const axis = this.#axes[0];
    if (axis === undefined) throw this.fixed();
    const place = axis + target.length - x.shape.length;
    if (at(target, place) * this.ratio !== at(x.shape, axis)) throw this.fixed();
    return expand(x, target.with(place, at(x.shape, axis)));
  }

  /** A value that does not depend on the images is repeated for them, unless broadcasting does it. */
  #aligned(i: number, matrices: boolean): Value {
    const x = this.#input(i);
    if (this.#axes[i] !== undefined) return x;
    const fromEnd = this.#axes.map((axis, k) =>
      axis === undefined ? undefined : axis - this.#input(k).shape.length,
    );
    const end = fromEnd.find((axis) => axis !== undefined);
    if (end === undefined || (matrices && end >= -2)) return x;
    const axis = x.shape.length + end;
    return axis < 0 || at(x.shape, axis) === 1 ? x : this.#repeated(x, axis);
  }

  #joined(i: number): Value {
    const x = this.#input(i);
    const axis = this.#axes.find((one) => one !== undefined);
    return this.#axes[i] !== undefined || axis === undefined ? x : this.#repeated(x, axis);
  }

  /** Once for each image. */
  #repeated(x: Value, axis: number): Value {
    const { ratio } = this;
    const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
    const size = at(x.shape, axis);
    if (!Number.isInteger(ratio)) throw this.fixed();
    if (size === 1) return expand(x, [...before, ratio, ...after]);
    const spread = expand(reshape(x, [...before, 1, size, ...after]), [...before, ratio, size, ...after]);
    return reshape(spread, [...before, ratio * size, ...after]);
  }
}

/** The one axis in which a shape is longer by the ratio. */
function axisOf(shape: Shape, before: Shape, ratio: number): number | undefined {
  if (shape.length !== before.length) return undefined;
  const longer = [...shape.keys()].filter((axis) => shape[axis] !== before[axis]);
  const [axis] = longer;
  if (axis === undefined || longer.length > 1) return undefined;
  return at(shape, axis) === at(before, axis) * ratio ? axis : undefined;
}
