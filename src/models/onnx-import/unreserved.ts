import { isAnonymous } from '../../graph/onnx/node-collector.js';
import type { Tensor } from '../../graph/tensor.js';
import { isReserved } from '../../training/reserved-names.js';
import type { OnnxModel, OnnxNode } from './decode.js';

/** The same model, with other names for the stored tensors that are called like something in the graphs of a run. */
export function unreserved(model: OnnxModel): OnnxModel {
  const taken = new Set([...model.constants.keys(), ...model.producers.keys()]);
  const renamed = new Map<string, string>();
  for (const name of model.constants.keys()) {
    // Numbered constants of a written file are no weights: they get no place beside a run's own tensors.
    if (!isReserved(name) || (model.ours && isAnonymous(name))) continue;
    let unused = `weights.${name.replaceAll('\0', '_')}`;
    while (taken.has(unused) || isReserved(unused)) unused += '_';
    taken.add(unused);
    renamed.set(name, unused);
  }
  if (renamed.size === 0) return model;
  const nameOf = (name: string) => renamed.get(name) ?? name;
  const rename = (node: OnnxNode): OnnxNode => ({ ...node, inputs: node.inputs.map(nameOf) });
  // A node that makes several values stays one node.
  const nodes = new Map([...new Set(model.producers.values())].map((node) => [node, rename(node)]));
  return {
    ...model,
    producers: new Map(
      [...model.producers].map(([name, node]): [string, OnnxNode] => [name, nodes.get(node) ?? node]),
    ),
    constants: new Map(
      [...model.constants].map(([name, tensor]): [string, Tensor] => [nameOf(name), tensor]),
    ),
  };
}
