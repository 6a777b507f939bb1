import type { OnnxModel, OnnxNode } from '../onnx-import/decode.js';

/** The model with a node that its file does not have. */
export function withNode(model: OnnxModel, node: OnnxNode): OnnxModel {
  return {
    ...model,
    producers: new Map([...model.producers, ...node.outputs.map((name) => [name, node] as const)]),
  };
}

export function unusedName(wanted: string, { producers, constants }: OnnxModel): string {
  let name = wanted;
  while (producers.has(name) || constants.has(name)) name += '_';
  return name;
}
