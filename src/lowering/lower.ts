import type { Device } from '../graph/operator.js';
import { type CompositeName, composites } from '../graph/operators/index.js';
import { rewrite } from '../graph/rewrite.js';
import type { Value } from '../graph/value.js';
import { batchNormGradient, batchNormTraining } from './batch-norm.js';
import { convInputGradient } from './conv-input-gradient.js';
import { convWeightGradient } from './conv-weight-gradient.js';
import { gatherGradient } from './gather-gradient.js';
import type { Lowering, LoweringOf } from './lowering.js';

/** One rule per composite operator: a missing one does not compile. */
const rules: { readonly [Name in CompositeName]: LoweringOf<(typeof composites)[Name]> } = {
  BatchNormGradient: batchNormGradient,
  BatchNormTraining: batchNormTraining,
  ConvInputGradient: convInputGradient,
  ConvWeightGradient: convWeightGradient,
  GatherGradient: gatherGradient,
};

/** Replaces every composite operator by what the device runs fastest. */
export function lower(outputs: readonly Value[], device: Device): Value[] {
  return rewrite(outputs, (node, inputs) => {
    const { name } = node.operator;
    return isComposite(name) ? ruleOf(name).lower(inputs, node.attributes, device) : undefined;
  });
}

function isComposite(name: string): name is CompositeName {
  return Object.hasOwn(composites, name);
}

function ruleOf(name: CompositeName): Lowering {
  return rules[name];
}
