import type { OnnxModel, OnnxNode } from './decode.js';
import { normalisesWeight } from './normalization.js';

/**
 * The model without the statistics that a BatchNormalization of a weight is given and, in training mode, does not use:
 * they are those of a copy of the weight, and take long to compute.
 */
export function withoutEarlierStatistics(model: OnnxModel): OnnxModel {
  const changed = new Map<OnnxNode, OnnxNode>();
  for (const node of model.producers.values())
    if (node.type === 'BatchNormalization' && node.attributes.get('training_mode')?.i === 1n)
      if (normalisesWeight(node, model)) changed.set(node, { ...node, inputs: node.inputs.slice(0, 3) });
  if (changed.size === 0) return model;
  return {
    ...model,
    producers: new Map([...model.producers].map(([name, node]) => [name, changed.get(node) ?? node])),
  };
}
