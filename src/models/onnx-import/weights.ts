import { at } from '../../errors.js';
import { isAnonymous } from '../../graph/onnx/node-collector.js';
import { sizeOf, type Tensor } from '../../graph/tensor.js';
import type { WeightRole } from './builder.js';
import { builderOf } from './builders.js';
import type { OnnxModel, OnnxNode } from './decode.js';
import { attentionMasks } from './masks.js';
import { isAttribute, isPositive } from './single-numbers.js';

/**
 * Tells which stored tensors are weights, and of what kind: an ONNX file does not say, but the builders of its
 * operators do. Layers' inputs are; an operand of plain arithmetic is if it meets a value that a layer has made, and has
 * several elements or the name of something learned (which leaves out the constants by which a graph normalises its own
 * input, and those of activation functions). A weight may reach its layer reshaped, transposed or combined with others: then all that it is made of
 * are weights. What a graph compares with something, and the masks of its attention, are none.
 */
export function weightRoles(model: OnnxModel, nodes: readonly OnnxNode[]): ReadonlyMap<string, WeightRole> {
  const roles = new Map<string, WeightRole>();
  const originsOf = originsIn(model, nodes);
  const none = new Set([...attentionMasks(model, nodes), ...compared(nodes, originsOf)]);
  /** Values that come out of a layer, or of something that does. */
  const learned = new Set<string>();
  for (const node of nodes) {
    const meetsLearned = node.inputs.some((input) => input !== '' && learned.has(input));
    const claimed = node.inputs.map((input, i) => {
      const claims = claimOf(node, i, meetsLearned, model);
      const stored = originsOf(input);
      if (claims === undefined || stored === undefined) return false;
      for (const [name, tensor] of stored)
        if (
          !roles.has(name) &&
          !none.has(name) &&
          (claims.single || sizeOf(tensor.shape) > 1 || isAttribute(name))
        )
          roles.set(name, kindOf(tensor, claims.role));
      return stored.size > 0;
    });
    for (const output of node.outputs)
      if (originsOf(output) === undefined && (meetsLearned || claimed.includes(true))) learned.add(output);
  }
  return roles;
}

/** By name. */
type StoredTensors = ReadonlyMap<string, Tensor<'float32'>>;

/** For a value that is computed from stored tensors alone: those of floats among them that gradients would reach. */
type Origins = (name: string) => StoredTensors | undefined;

function originsIn(model: OnnxModel, nodes: readonly OnnxNode[]): Origins {
  const origins = new Map<string, StoredTensors>();
  const originsOf = (name: string): StoredTensors | undefined => {
    const tensor = model.constants.get(name);
    if (tensor === undefined) return origins.get(name);
    const isWeight = tensor.dtype === 'float32' && !(model.ours && isAnonymous(name));
    return new Map(isWeight ? [[name, tensor]] : []);
  };
  for (const node of nodes) {
    const sources = sourcesOf(node, model);
    const stored = sources.map(originsOf).filter((tensors) => tensors !== undefined);
    if (stored.length < sources.length) continue;
    const ends = builderOf(node)?.stored.kind === 'constants';
    const behind = ends ? [] : stored.flatMap((tensors) => [...tensors]);
    // One number that is repeated fills a tensor: it is what a layer without a bias may have for one.
    const isFill = (tensor: Tensor) => node.type === 'Expand' && tensor.data.length === 1;
    const all: StoredTensors = new Map(behind.filter(([, tensor]) => !isFill(tensor)));
    for (const output of node.outputs) origins.set(output, all);
  }
  return originsOf;
}

/** The inputs that have elements of the result. */
function sourcesOf(node: OnnxNode, model: OnnxModel): readonly string[] {
  if (shaping.has(node.type)) return node.inputs.slice(0, 1);
  const stored = builderOf(node)?.stored;
  const roles = stored?.kind === 'layer' ? stored.roles(node, model) : undefined;
  return node.inputs.filter((input, i) => input !== '' && (i === 0 || roles?.[i] !== 'none'));
}

/** Operators whose first input alone has elements of the result; the others say its type or shape, maybe that of the images. */
const shaping: ReadonlySet<string> = new Set(['CastLike', 'Expand', 'Reshape']);

/** Stored tensors that decide something: regions that may see each other, say. */
function compared(nodes: readonly OnnxNode[], originsOf: Origins): readonly string[] {
  return nodes
    .filter(({ type }) => comparing.has(type))
    .flatMap(({ inputs }) => inputs.flatMap((input) => [...(originsOf(input)?.keys() ?? [])]));
}

const comparing: ReadonlySet<string> = new Set(['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual']);

/** What a node makes of the stored tensors in its i-th input, and whether also of any with a `single` element. */
function claimOf(
  node: OnnxNode,
  i: number,
  meetsLearned: boolean,
  model: OnnxModel,
): { readonly role: WeightRole; readonly single: boolean } | undefined {
  const stored = builderOf(node)?.stored;
  switch (stored?.kind) {
    case 'layer': {
      const role = stored.roles(node, model)[i];
      return role === undefined || role === 'none' ? undefined : { role, single: true };
    }
    case 'arithmetic':
      return meetsLearned ? { role: stored.role, single: false } : undefined;
    case 'power':
      return i === 1 && meetsLearned && isPositive(at(node.inputs, 0), model)
        ? { role: stored.role, single: false }
        : undefined;
    case 'none':
    case 'constants':
    case undefined:
      return undefined;
  }
}

/** A vector that scales a layer's matrix belongs to a normalisation folded into that layer. */
function kindOf({ shape }: Tensor, role: WeightRole): WeightRole {
  return role === 'weight' && shape.length < 2 ? 'norm' : role;
}
