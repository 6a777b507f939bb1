import { AdarandError } from '../errors.js';
import { findHead } from './find-head.js';
import type { FoundHead } from './head/found-head.js';
import { builderOf } from './onnx-import/builders.js';
import type { OnnxModel, OnnxNode } from './onnx-import/decode.js';
import { unsupportedOperator } from './onnx-import/node-reader.js';
import { nodesFor } from './onnx-import/order.js';
import { readModel } from './onnx-import/read-model.js';
import { mayBeLearned } from './onnx-import/single-numbers.js';
import { weightRoles } from './onnx-import/weights.js';
import type { OnnxSource } from './open.js';

/** What becomes of an operator of a file. */
export interface OperatorUse {
  readonly operator: string;
  readonly nodes: number;
  /** `gradient`: with a gradient; `constants`: worked out while the graph is built; `unsupported`: neither. */
  readonly use: 'gradient' | 'constants' | 'unsupported';
}

/** An ONNX file as its nodes and stored tensors show it, whether it can be trained or not. */
export interface OnnxInspection {
  /** Of the file itself, by its own names. */
  readonly inputs: OnnxModel['inputs'];
  /** Whether it halves its images first, as exports do: the network that is trained takes the halves. */
  readonly halved: boolean;
  readonly outputs: readonly string[];
  readonly head: FoundHead | undefined;
  readonly operators: readonly OperatorUse[];
  /** Stored tensors of floats that are not trained: those of several, and what may be a learned number by its name. */
  readonly constants: readonly string[];
  /** All that is seen to be missing without building anything. */
  readonly problems: readonly AdarandError[];
}

/** @throws AdarandError as `decodeOnnx` and `nodesFor` do: nothing can be said of a file that cannot be read. */
export function inspectOnnx({ bytes, options }: OnnxSource): OnnxInspection {
  const { name, external } = options;
  const { model: decoded, halved, inputs } = readModel(bytes, name, external);
  const head = attempt(() => findHead(decoded, options));
  const model = head.value?.model ?? decoded;
  const target = head.value?.features ?? model.outputs[0];
  const nodes = target === undefined ? [] : nodesFor(target, model);
  const unsupported = firstOfEach(nodes.filter((node) => builderOf(node) === undefined));
  return {
    inputs,
    halved,
    outputs: model.outputs,
    head: head.value,
    operators: usesOf(nodes),
    constants: constantsOf(model, nodes),
    problems: [
      ...(head.problem === undefined ? [] : [head.problem]),
      ...unsupported.map((node) => unsupportedOperator(node, model)),
    ],
  };
}

/** What work gives, or the refusal that it ends in. */
export function attempt<T>(work: () => T): {
  readonly value?: T;
  readonly problem?: AdarandError;
} {
  try {
    return { value: work() };
  } catch (error) {
    if (error instanceof AdarandError) return { problem: error };
    throw error;
  }
}

function nameOf({ domain, type }: OnnxNode): string {
  return domain === '' ? type : `${domain}.${type}`;
}

function firstOfEach(nodes: readonly OnnxNode[]): readonly OnnxNode[] {
  return [...new Map(nodes.toReversed().map((node) => [nameOf(node), node])).values()].toReversed();
}

/** The most frequent operators first. */
function usesOf(nodes: readonly OnnxNode[]): readonly OperatorUse[] {
  return firstOfEach(nodes)
    .map((first): OperatorUse => {
      const kind = builderOf(first)?.stored.kind;
      return {
        operator: nameOf(first),
        nodes: nodes.filter((node) => nameOf(node) === nameOf(first)).length,
        use: kind === undefined ? 'unsupported' : kind === 'constants' ? 'constants' : 'gradient',
      };
    })
    .sort((a, b) => b.nodes - a.nodes);
}

function constantsOf(model: OnnxModel, nodes: readonly OnnxNode[]): readonly string[] {
  const roles = weightRoles(model, nodes);
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return [...model.constants].flatMap(([name, { dtype, data }]) =>
    dtype === 'float32' && (data.length > 1 || mayBeLearned(name)) && read.has(name) && !roles.has(name)
      ? [name]
      : [],
  );
}
