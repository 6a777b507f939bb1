import type { Value } from '../../graph/value.js';
import type { ParameterKind } from '../../nn/network.js';
import type { OnnxModel, OnnxNode } from './decode.js';
import type { NodeReader } from './node-reader.js';

/** What can be made of an ONNX operator: how to build it, and which of its stored inputs are weights. */
export interface Builder {
  readonly build: Build;
  readonly stored: StoredInputs;
}

/** Builds one ONNX node in our operators; returns its outputs. */
export type Build = (node: NodeReader) => Value | readonly Value[];

/** What a stored tensor is in the network: a parameter of some kind, or a running statistic. */
export type WeightRole = ParameterKind | 'buffer';

/** The role of each input of a layer, in order; `none` for one that stays a constant where it is stored. */
export type LayerRoles = readonly (WeightRole | 'none')[];

/**
 * What the stored inputs of an operator are. A layer's have roles of their own. An operand of plain arithmetic has one
 * where it meets a value that a layer has made. Those of any other operator stay constants.
 */
export type StoredInputs =
  | { readonly kind: 'layer'; roles(node: OnnxNode, model: OnnxModel): LayerRoles }
  | { readonly kind: 'arithmetic'; readonly role: ParameterKind }
  /** The same of the exponent alone, and where what it raises is above 0. */
  | { readonly kind: 'power'; readonly role: ParameterKind }
  | { readonly kind: 'none' }
  /** What it makes has no gradient, so that nothing behind it is a weight. */
  | { readonly kind: 'constants' };

/** A layer; where its roles depend on the node, a function says them. */
export function layer(
  roles: LayerRoles | ((node: OnnxNode, model: OnnxModel) => LayerRoles),
  build: Build,
): Builder {
  return { build, stored: { kind: 'layer', roles: typeof roles === 'function' ? roles : () => roles } };
}

export function arithmetic(role: ParameterKind, build: Build): Builder {
  return { build, stored: { kind: 'arithmetic', role } };
}

/** An operator that has no weights. */
export function weightless(build: Build): Builder {
  return { build, stored: { kind: 'none' } };
}

/** Its one input is all that it has. */
export function unary(operator: (x: Value) => Value): Builder {
  return weightless((node) => operator(node.value(0)));
}

/** An operator that has no gradient, on constants. */
export function constantsOnly(build: Build): Builder {
  return { build, stored: { kind: 'constants' } };
}
