import { AdarandError, at } from '../../errors.js';
import { constant, type Value } from '../../graph/value.js';
import type { Scope } from '../../nn/network.js';
import type { WeightRole } from './builder.js';
import { builderOf } from './builders.js';
import { Folding } from './constants.js';
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
}

/**
 * Builds the part in our operators, for images of any batch and size (in the layout that the file wants). What
 * depends on constants alone (sizes read off a shape, say) is computed on the way.
 *
 * @throws AdarandError `model.unsupported-operator`, `model.invalid-node`, or `model.image-size` where the shapes
 * do not work out.
 */
export function buildPart(part: OnnxPart, images: Value, scope: Scope): Value {
  const { model, nodes, roles } = part;
  const values = new Map<string, Value>([[part.input, images]]);
  const read = (name: string): Value => {
    const known = values.get(name);
    if (known !== undefined) return known;
    const role = roles.get(name);
    const tensor = model.constants.get(name);
    if (tensor === undefined)
      throw new AdarandError('model.damaged', `${model.file} is damaged: nothing makes "${name}"`);
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
    fromImages: (name) => fromImages.has(name),
  };
  const folding = new Folding(file);
  const throughImages: Value[] = [];
  for (const node of nodes) {
    const outputs = buildNode(node, context);
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
  nameFeatureMaps(throughImages, scope);
  return read(part.target);
}

/** Refuses a part with operators that cannot be imported, before any of it is built. */
export function checkOperators({ model, nodes }: OnnxPart): void {
  for (const node of nodes) if (builderOf(node) === undefined) throw unsupportedOperator(node, model);
}

function buildNode(node: OnnxNode, context: BuildContext): readonly Value[] {
  const builder = builderOf(node);
  if (builder === undefined) throw unsupportedOperator(node, context);
  try {
    const built = builder.build(new NodeReader(node, context));
    return 'origin' in built ? [built] : built;
  } catch (error) {
    if (error instanceof AdarandError && !error.code.startsWith('graph.')) throw error;
    // Whatever an operator's own checks trip over here, it is the file's shapes and attributes that are at fault.
    throw new AdarandError(
      'model.image-size',
      `${context.file}: ${node.type} "${node.name}" does not fit: ${error instanceof Error ? error.message : error}`,
      'The model may be made for one image size only: use that size.',
      error,
    );
  }
}
