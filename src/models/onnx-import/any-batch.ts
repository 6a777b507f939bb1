import { AdarandError, at } from '../../errors.js';
import { expand } from '../../graph/operators/expand.js';
import { reshape } from '../../graph/operators/reshape.js';
import { type Shape, sameShape, sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { batchRules } from './batch-rules.js';
import type { OnnxNode } from './decode.js';
import { gatheredAlong } from './gathering.js';
import { type BuildContext, NodeReader } from './node-reader.js';

/** A graph as its file has it, built for the number of images that the file was made for. */
export interface Reference {
  readonly images: number;
  /** By the name of a value. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Where the images are in the values built so far. */
  readonly placements: Map<string, Placement>;
}

/** The axis in which a value is longer than in its file, and how many elements of it come before the images. */
interface Placement {
  readonly axis: number;
  /** 1 where each image comes with all that belongs to it; as long as the axis where the images alternate. */
  readonly outer: number;
}

/**
 * Builds a node of a file made for one number of images for another one: the numbers written into it are those of its
 * own. In each value that depends on the images they have a place of their own, which reshaping does not move.
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
  return lifted.isLifted ? lifted.build(build) : build(context);
}

class LiftedNode {
  readonly #ratio: number;
  readonly #node: OnnxNode;
  readonly #context: BuildContext;
  readonly #reference: Reference;
  /** For each input; undefined for what does not depend on the images. */
  readonly #placements: readonly (Placement | undefined)[];

  constructor(node: OnnxNode, context: BuildContext, reference: Reference) {
    this.#node = node;
    this.#context = context;
    this.#reference = reference;
    this.#ratio = context.batch / reference.images;
    this.#placements = node.inputs.map((name, i) => {
      // The second input of a CastLike says a type, whatever its shape.
      if (name === '' || (node.type === 'CastLike' && i === 1)) return undefined;
      const { shape } = context.read(name);
      const before = this.#before(name);
      if (sameShape(shape, before)) return undefined;
      return reference.placements.get(name) ?? { axis: this.#longer(shape, before), outer: 1 };
    });
  }

  get isLifted(): boolean {
    return this.#placements.some((placement) => placement !== undefined);
  }

  build(build: (context: BuildContext) => readonly Value[]): readonly Value[] {
    const rule = batchRules[this.#node.type];
    switch (rule?.kind) {
      case 'same':
        return this.#placed(build(this.#context));
      case 'first':
        if (this.#only.axis !== 0 || this.#only.outer !== 1) throw this.#fixed();
        return this.#placed(build(this.#context));
      case 'relaid':
        return [this.#relaid()];
      case 'expanded':
        return this.#placed([this.#expanded()]);
      case 'broadcast':
        return this.#placed(build(this.#reading((i) => this.#aligned(i, rule.matrices))));
      case 'along': {
        const x = at(this.#node.inputs, 0);
        const own = rule.axes(new NodeReader(this.#node, this.#context), this.#before(x));
        const { axis } = this.#only;
        if (own.includes(axis)) {
          if (rule.picks && this.#dropsAxis(axis)) return [this.#relaid()];
          if (rule.picks && this.#placements[0] !== undefined) return this.#placed([this.#picked(axis)]);
          throw this.#fixed();
        }
        return this.#placed(build(rule.joins ? this.#reading((i) => this.#joined(i)) : this.#context));
      }
      case undefined:
        throw this.#fixed();
    }
  }

  /** Where the images are in the inputs, which must be one place. */
  get #only(): Placement {
    const [first, ...others] = this.#placements.filter((placement) => placement !== undefined);
    if (first === undefined || others.some(({ outer }) => outer !== first.outer)) throw this.#fixed();
    return first;
  }

  /** The outputs, with the images after as many elements of their axis as in the inputs. */
  #placed(outputs: readonly Value[]): readonly Value[] {
    const { outer } = this.#only;
    this.#node.outputs.forEach((name, i) => {
      const output = outputs[i];
      const before = this.#reference.shapes.get(name);
      if (output === undefined || before === undefined) return;
      const axis = this.#longer(output.shape, before);
      if (at(before, axis) % outer !== 0) throw this.#fixed();
      this.#reference.placements.set(name, { axis, outer });
    });
    return outputs;
  }

  #fixed(): AdarandError {
    const { images } = this.#reference;
    return new AdarandError(
      'model.fixed-batch',
      `${this.#context.file} is made for ${images} ${images === 1 ? 'image' : 'images'} at a time: ${this.#node.type} "${this.#node.name}" cannot be built for another number`,
      'Export the model again with a free batch dimension (dynamic_axes or dynamic_shapes of torch.onnx.export).',
    );
  }

  /** The one axis in which a shape is longer by the ratio. */
  #longer(shape: Shape, before: Shape): number {
    const axes = [...shape.keys()].filter((axis) => shape[axis] !== before[axis]);
    const [axis] = axes;
    if (axis === undefined || axes.length > 1 || shape.length !== before.length) throw this.#fixed();
    if (at(shape, axis) !== at(before, axis) * this.#ratio) throw this.#fixed();
    return axis;
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

  /**
   * Elements stay in their order, so the images are after as many as before. Of the axes that they may belong to then,
   * one of their own comes first, and the last, which products of matrices sum over, at the end.
   */
  #relaid(): Value {
    const { axis, outer } = this.#only;
    const before = this.#before(at(this.#node.inputs, 0));
    const output = at(this.#node.outputs, 0);
    const target = this.#before(output);
    const leading = sizeOf(before.slice(0, axis)) * outer;
    const candidates = [...target.keys()].flatMap((place) => {
      const left = leading / sizeOf(target.slice(0, place));
      const size = at(target, place);
      const fits = Number.isInteger(left) && size % (left * this.#reference.images) === 0;
      const [own, last] = [size === this.#reference.images, place === target.length - 1];
      return fits ? [{ axis: place, outer: left, rank: own ? 0 : last ? 3 : left === 1 ? 1 : 2 }] : [];
    });
    const [best] = candidates.sort((a, b) => a.rank - b.rank);
    if (best === undefined) throw this.#fixed();
    this.#reference.placements.set(output, { axis: best.axis, outer: best.outer });
    return reshape(this.#input(0), target.with(best.axis, at(target, best.axis) * this.#ratio));
  }

  #expanded(): Value {
    const x = this.#input(0);
    const target = this.#before(at(this.#node.outputs, 0));
    const { axis } = this.#only;
    const place = axis + target.length - x.shape.length;
    if (at(target, place) * this.#ratio !== at(x.shape, axis)) throw this.#fixed();
    return expand(x, target.with(place, at(x.shape, axis)));
  }

  /** Whether the one element of an axis is taken out of it, which leaves all elements in their order. */
  #dropsAxis(axis: number): boolean {
    const isOne = this.#before(at(this.#node.inputs, 0))[axis] === 1;
    return isOne && this.#placements[1] === undefined && this.#input(1).shape.length === 0;
  }

  /** Elements of each image chosen along its own part of the axis. */
  #picked(axis: number): Value {
    const x = this.#input(0);
    const images = this.#context.batch / this.#reference.images;
    if (this.#only.outer !== 1 || this.#placements[1] !== undefined || !Number.isInteger(images))
      throw this.#fixed();
    const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
    const size = at(x.shape, axis) / images;
    const chosen = gatheredAlong(
      new NodeReader(this.#node, this.#context),
      reshape(x, [...before, images, size, ...after]),
      axis + 1,
    );
    const [first = 1, ...rest] = this.#input(1).shape;
    return reshape(chosen, [...before, images * first, ...rest, ...after]);
  }

  /** A value that does not depend on the images is repeated for them, unless broadcasting does it. */
  #aligned(i: number, matrices: boolean): Value {
    const x = this.#input(i);
    if (this.#placements[i] !== undefined) return x;
    const { outer } = this.#only;
    const fromEnd = this.#placements.map((placement, k) =>
      placement === undefined ? undefined : placement.axis - this.#input(k).shape.length,
    );
    const end = fromEnd.find((axis) => axis !== undefined);
    if (end === undefined || (matrices && end >= -2)) return x;
    const axis = x.shape.length + end;
    return axis < 0 || at(x.shape, axis) === 1 ? x : this.#repeated(x, { axis, outer });
  }

  #joined(i: number): Value {
    const x = this.#input(i);
    return this.#placements[i] !== undefined ? x : this.#repeated(x, this.#only);
  }

  /** Once for each image. */
  #repeated(x: Value, { axis, outer }: Placement): Value {
    const ratio = this.#ratio;
    const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
    const size = at(x.shape, axis);
    if (!Number.isInteger(ratio) || size % outer !== 0) throw this.#fixed();
    if (size === 1) return expand(x, [...before, ratio, ...after]);
    const parts = outer === 1 ? before : [...before, outer];
    const inner = size / outer;
    const spread = expand(reshape(x, [...parts, 1, inner, ...after]), [...parts, ratio, inner, ...after]);
    return reshape(spread, [...before, ratio * size, ...after]);
  }
}
