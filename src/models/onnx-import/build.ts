import { AdarandError, at, messageOf } from '../../errors.js';
import { constant, input, type Value } from '../../graph/value.js';
import type { Scope } from '../../nn/network.js';
import { buildForBatch, type Reference } from './any-batch.js';
import type { WeightRole } from './builder.js';
import { builderOf } from './builders.js';
import { Folding } from './constants.js';
import { AGAIN } from './damaged.js';
import type { OnnxModel, OnnxNode } from './decode.js';
import { nameFeatureMaps } from './feature-maps.js';
import { type BuildContext, NodeReader, unsupportedOperator } from './node-reader.js';

/** A part of an ONNX graph that leads from the images to one value. */
export interface OnnxPart {
  readonly model: OnnxModel;
  /** In an order in which each has what it reads. */
  readonly nodes: readonly OnnxNode[];
  readonly roles: ReadonlyMap<string, WeightRole>;
  /** Name of the input that takes the images. */
  readonly input: string;
  readonly target: string;
  /** How many images the file is made for; undefined where it takes any number. */
  readonly images?: number | undefined;
}

/**
 * Builds the part in our operators, for images of any batch and size (in the layout that the file wants). What
 * depends on constants alone (sizes read off a shape, say) is computed on the way.
 *
 * @throws AdarandError `model.unsupported-operator`, `model.invalid-node`, `model.fixed-batch`, or `model.image-size`
 * where the shapes do not work out.
 */
export function buildPart(part: OnnxPart, images: Value, scope: Scope): Value {
  const { images: made } = part;
  if (made === undefined || made === images.shape[0]) return buildValues(part, images, scope).target;
  const own = input('images', { dtype: images.dtype, shape: images.shape.with(0, made) });
  const { values } = buildValues(part, own, throwaway(scope));
  const shapes = new Map([...values].map(([name, { shape }]) => [name, shape]));
  return buildValues(part, images, scope, {
    reference: { images: made, shapes, placements: new Map() },
    values,
  }).target;
}

/** A scope for a graph that is built for its shapes. */
function throwaway(scope: Scope): Scope {
  return { ...scope, updateBuffer() {}, featureMap() {} };
}

/** `known`: the same built for the number of images that the file was made for. */
function buildValues(
  part: OnnxPart,
  images: Value,
  scope: Scope,
  known?: { readonly reference: Reference; readonly values: ReadonlyMap<string, Value> },
): { readonly target: Value; readonly values: ReadonlyMap<string, Value> } {
  const { model, nodes, roles } = part;
  const values = new Map<string, Value>([[part.input, images]]);
  const read = (name: string): Value => {
    const before = values.get(name);
    if (before !== undefined) return before;
    const role = roles.get(name);
    const tensor = model.constants.get(name);
    if (tensor === undefined)
      throw new AdarandError('model.damaged', `${model.file} is damaged: nothing makes "${name}"`, AGAIN);
    const value =
      role === undefined ? constant(tensor) : role === 'buffer' ? scope.buffer(name) : scope.parameter(name);
    values.set(name, value);
    return value;
  };
  const { file, opset } = model;
  const fromImages = new Set([part.input]);
  const context: BuildContext = {
    file,
    opset,
    scope,
    roles,
    read,
    batch: at(images.shape, 0),
    isLifted: known !== undefined,
    fromImages: (name) => fromImages.has(name),
  };
  const folding = new Folding(file);
  const throughImages: Value[] = [];
  for (const node of nodes) {
    const constants = known && constantOutputs(node, known.values);
    const outputs =
      constants ??
      (known === undefined
        ? buildNode(node, context)
        : buildForBatch(node, context, known.reference, (lifted) => buildNode(node, lifted)));
    const constantInputs = node.inputs.every((name) => name === '' || read(name).origin.kind === 'constant');
    const perImage = node.inputs.some((name) => fromImages.has(name));
    node.outputs.forEach((name, i) => {
      const output = outputs[i];
      if (output === undefined) return;
      values.set(name, constantInputs ? folding.fold(output) : output);
      if (perImage && output.origin.kind !== 'constant') fromImages.add(name);
    });
    const [first] = outputs;
    if (perImage && first !== undefined) throughImages.push(first);
  }
  // Where rows are read as sequences, the first axis of a value may be that of the steps: none is taken for a map.
  if (nodes.every(({ type }) => type !== 'LSTM')) nameFeatureMaps(throughImages, scope);
  return { target: read(part.target), values };
}

/** What a node gives for any images, sizes read off a shape for one: then all of its outputs. */
function constantOutputs(node: OnnxNode, known: ReadonlyMap<string, Value>): readonly Value[] | undefined {
  const outputs = node.outputs.filter((name) => name !== '').map((name) => known.get(name));
  const constants = outputs.filter((value) => value?.origin.kind === 'constant');
  return outputs.length > 0 && constants.length === outputs.length && node.outputs.length === outputs.length
    ? constants.filter((value) => value !== undefined)
    : undefined;
}

/** Refuses a part with operators that cannot be imported, before any of it is built. */
export function checkOperators({ model, nodes }: OnnxPart): void {
  for (const node of nodes) if (builderOf(node) === undefined) throw unsupportedOperator(node, model);
}

function buildNode(node: OnnxNode, context: BuildContext): readonly Value[] {
  const builder = builderOf(node);
  if (builder === undefined) throw unsupportedOperator(node, context);
  try {
    const reader = new NodeReader(node, context);
    const built = builder.build(reader);
    reader.refuseUnknown();
    return 'origin' in built ? [built] : built;
  } catch (error) {
    if (error instanceof AdarandError && !error.code.startsWith('graph.')) throw error;
    // Whatever an operator's own checks trip over here, it is the file's shapes and attributes that are at fault.
    throw new AdarandError(
      'model.image-size',
      `${context.file}: ${node.type} "${node.name}" does not fit: ${messageOf(error)}`,
      'The model may be made for one image size only: use that size.',
      error,
    );
  }
}
