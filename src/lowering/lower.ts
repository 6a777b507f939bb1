import { Div } from '../graph/operators/div.js';
import { type CompositeName, composites, primitives } from '../graph/operators/index.js';
import { Mul } from '../graph/operators/mul.js';
import { Sub } from '../graph/operators/sub.js';
import { rewrite } from '../graph/rewrite.js';
import type { Value } from '../graph/value.js';
import { add } from './add.js';
import { batchNormGradient, batchNormTraining } from './batch-norm.js';
import { cast } from './cast.js';
import { conv } from './conv.js';
import { convInputGradient } from './conv-input-gradient.js';
import { convWeightGradient } from './conv-weight-gradient.js';
import { reshapeAgain, transposeAgain } from './data-movement.js';
import { elementwise } from './elementwise.js';
import { fuseBlocked } from './fuse-blocked.js';
import { gatherGradient } from './gather-gradient.js';
import { geluGradient } from './gelu-gradient.js';
import { joinAlike } from './join-alike.js';
import { keepBlocked } from './keep-blocked.js';
import type { Lowering, LoweringOf, PrimitiveRules } from './lowering.js';
import { maxPoolGradient } from './max-pool-gradient.js';
import { where } from './portable/where.js';
import { portable } from './portable.js';
import { reduceSum } from './reduce-sum.js';
import { scaleIntoKernels } from './scale-into-kernels.js';
import { split } from './split.js';
import type { Target } from './target.js';
import { wideRows } from './wide-rows.js';

/** One rule per composite operator (a missing one does not compile), and for primitives that a detour makes faster. */
const rules: { readonly [Name in CompositeName]: LoweringOf<(typeof composites)[Name]> } & PrimitiveRules = {
  Add: add,
  BatchNormGradient: batchNormGradient,
  BatchNormTraining: batchNormTraining,
  Cast: cast,
  Conv: conv,
  ConvInputGradient: convInputGradient,
  ConvWeightGradient: convWeightGradient,
  Div: elementwise(Div),
  GatherGradient: gatherGradient,
  GeluGradient: geluGradient,
  MaxPoolGradient: maxPoolGradient,
  Mul: elementwise(Mul),
  ReduceSum: reduceSum,
  Reshape: reshapeAgain,
  Split: split,
  Sub: elementwise(Sub),
  Transpose: transposeAgain,
  Where: where,
};

/** Replaces operators by what the target runs fastest; no composite is left. */
export function lower(outputs: readonly Value[], target: Target): Value[] {
  const lowered = rewrite(scaleIntoKernels(outputs), (node, inputs) =>
    ruleFor(node.operator.name)?.lower(inputs, node.attributes, target),
  );
  const { channelBlock: block, device } = target;
  if (device === 'cpu')
    return block === undefined ? lowered : fuseBlocked(keepBlocked(wideRows(lowered, block), block));
  if (device === 'cuda') return joinAlike(lowered, target);
  // What rules make must be portable, too.
  return device === 'webgpu' ? portable(joinAlike(lowered, target)) : lowered;
}

function ruleFor(name: string): Lowering | undefined {
  return isKnown(name) ? rules[name] : undefined;
}

function isKnown(name: string): name is keyof typeof rules {
  return Object.hasOwn(composites, name) || Object.hasOwn(primitives, name);
}
