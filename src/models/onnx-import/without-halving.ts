import { sameShape, type Tensor } from '../../graph/tensor.js';
import { edgeFactors, halvingAttributes, halvingKernel } from '../export/halving.js';
import type { OnnxModel, OnnxNode } from './decode.js';

/** A model that takes images of its network's own size, and whether it took twice that in its file. */
export interface WithoutHalving {
  readonly model: OnnxModel;
  readonly halved: boolean;
}

/**
 * An exported classifier takes images of twice its network's size, and begins by halving them. That is no part of the
 * network: what trains on begins behind it, on images of the network's own size.
 */
export function withoutHalving(model: OnnxModel): WithoutHalving {
  const [image] = model.inputs;
  const [, , height, width] = image?.shape ?? [];
  const nodes = [...new Set(model.producers.values())];
  const onlyReader = (name: string): OnnxNode | undefined => {
    const [reader, ...others] = nodes.filter(({ inputs }) => inputs.includes(name));
    return others.length === 0 ? reader : undefined;
  };
  /** What multiplies the value by this factor, and nothing else reads it. */
  const multiplied = (name: string | undefined, factor: Tensor<'float32'>): string | undefined => {
    const node = name === undefined ? undefined : onlyReader(name);
    if (node?.type !== 'Mul' || !node.inputs.some((input) => isStored(model, input, factor)))
      return undefined;
    return node.outputs[0];
  };
  const unchanged = { model, halved: false };
  if (image === undefined || height === undefined || width === undefined || model.inputs.length > 1)
    return unchanged;
  if (height % 2 !== 0 || height !== width) return unchanged;
  const filter = onlyReader(image.name);
  const shift = [0, 1, -1].find((each) => filter !== undefined && isHalving(model, filter, each));
  if (filter === undefined || shift === undefined) return unchanged;
  const [rows, columns] = edgeFactors(height / 2, shift);
  const result = multiplied(multiplied(filter.outputs[0], rows), columns);
  if (result === undefined) return unchanged;
  return { model: beginningAt(result, [undefined, 3, height / 2, width / 2], model), halved: true };
}

function isHalving(
  model: OnnxModel,
  { type, inputs: [, kernel = ''], attributes }: OnnxNode,
  shift: number,
): boolean {
  const { group, ...lists } = halvingAttributes(shift);
  return (
    type === 'Conv' &&
    isStored(model, kernel, halvingKernel) &&
    Number(attributes.get('group')?.i) === group &&
    Object.entries(lists).every(([name, numbers]) => `${attributes.get(name)?.ints}` === `${numbers}`)
  );
}

function isStored({ constants }: OnnxModel, name: string, expected: Tensor<'float32'>): boolean {
  const stored = constants.get(name);
  return (
    stored?.dtype === 'float32' &&
    sameShape(stored.shape, expected.shape) &&
    stored.data.every((element, i) => element === expected.data[i])
  );
}

/** The model whose images are what this value was. */
function beginningAt(name: string, shape: OnnxModel['inputs'][number]['shape'], model: OnnxModel): OnnxModel {
  const producers = new Map(model.producers);
  producers.delete(name);
  return { ...model, producers, inputs: [{ name, shape }] };
}
