import type { Shape } from '../graph/tensor.js';
import { heNormal, type Initializer, one, truncatedNormal, zero } from './initializers.js';
import type { ParameterKind } from './network.js';

/** A tensor that an architecture has: its torch name, its shape, its role, and how it starts. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly role: ParameterKind | 'buffer';
  readonly initial: Initializer;
}

/** A part of an architecture at one depth, by the names of its tensors: a stem, or a block. */
export interface SpecGroup {
  readonly name: string;
  readonly specs: readonly TensorSpec[];
}

/** The groups, with what follows the last block in the group of that block. */
export function followedBy(groups: readonly SpecGroup[], specs: readonly TensorSpec[]): SpecGroup[] {
  return groups.map((group, i) =>
    i === groups.length - 1 ? { ...group, specs: [...group.specs, ...specs] } : group,
  );
}

/** A convolution without bias: w [out, perGroup, kernel, kernel]. */
export function convSpecs(name: string, out: number, perGroup: number, kernel: number): TensorSpec[] {
  return [
    {
      name: `${name}.weight`,
      shape: [out, perGroup, kernel, kernel],
      role: 'weight',
      initial: heNormal,
    },
  ];
}

/** Scale, offset and running statistics of a BatchNorm. */
export function batchNormSpecs(name: string, channels: number): TensorSpec[] {
  return [
    ...layerNormSpecs(name, channels),
    { name: `${name}.running_mean`, shape: [channels], role: 'buffer', initial: zero },
    { name: `${name}.running_var`, shape: [channels], role: 'buffer', initial: one },
  ];
}

/** Scale and offset of a LayerNorm. */
export function layerNormSpecs(name: string, width: number): TensorSpec[] {
  return [
    { name: `${name}.weight`, shape: [width], role: 'norm', initial: one },
    { name: `${name}.bias`, shape: [width], role: 'norm', initial: zero },
  ];
}

/** A linear layer as transformers start it: weight [out, width] and, unless it has none, bias [out]. */
export function linearSpecs(name: string, out: number, width: number, { bias = true } = {}): TensorSpec[] {
  return [
    { name: `${name}.weight`, shape: [out, width], role: 'weight', initial: truncatedNormal(0.02) },
    ...(bias ? ([{ name: `${name}.bias`, shape: [out], role: 'bias', initial: zero }] as const) : []),
  ];
}
