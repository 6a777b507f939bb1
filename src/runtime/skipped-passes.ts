import type { SessionOptions } from './driver.js';

/** The session's configuration entry that names passes to leave out, by ONNX Runtime's own names; ones it lacks are ignored. */
export const SKIPPED_PASSES_KEY = 'optimization.disable_specified_optimizers';

/**
 * Passes of ONNX Runtime's optimizer that change nothing in our lowered graphs on the CPU. Most of them walk over the whole
 * graph twice, which was half of the time that a session of a training step took to make. `skipped-passes.test.ts` compares
 * what ONNX Runtime makes of graphs with and without them.
 */
const passes = [
  // Nothing is quantized, or of half precision.
  'DoubleQDQPairsRemover',
  'DynamicQuantizeMatMulFusion',
  'EnsureUniqueDQForNodeUnit',
  'FuseFp16InitializerToFp32NodeTransformer',
  'Level2_RuleBasedTransformer',
  'MatMulIntegerToFloatFusion',
  'MatMulNBitsFusion',
  'NhwcTransformer',
  'QDQFinalCleanupTransformer',
  'QDQPropagationTransformer',
  'QDQS8ToU8Transformer',
  'QDQSelectorActionTransformer',
  'WeightBiasQuantization',
  'WhereDummyDq',
  // No shape is open.
  'FreeDimensionOverrideTransformer',
  // These look for layers, with weights that are stored in the graph, or as exporters of other frameworks spell them out.
  'AttentionFusion',
  'BiasDropoutFusion',
  'BiasGeluFusion',
  'BiasSkipLayerNormFusion',
  'BiasSoftmaxFusion',
  'EmbedLayerNormFusion',
  'FastGeluFusion',
  'GeluFusionL1',
  'GeluFusionL2',
  'GroupQueryAttentionFusion',
  'GroupQueryAttentionPreNormFusion',
  'LayerNormFusionL1',
  'LayerNormFusionL2',
  'MatMulActivationFusion',
  'QuickGeluFusion',
  'SimplifiedLayerNormFusion',
  'SkipLayerNormFusion',
  'SliceConcatToSpaceToDepthFusion',
  // Operators, `lower` and `simplify` have done this.
  'CommonSubexpressionElimination',
  'GatherToSliceFusion',
  // It runs a second time, for the provider.
  'TransposeOptimizer_CPUExecutionProvider',
];

/** The entry's value for a session; undefined where no pass is to be left out. */
export function skippedPasses({ device, lowered }: SessionOptions): string | undefined {
  return lowered && device === 'cpu' ? passes.join(';') : undefined;
}
