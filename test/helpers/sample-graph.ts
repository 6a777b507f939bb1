import assert from 'node:assert/strict';
import { gradients } from '../../src/autodiff/gradients.js';
import { AdarandError } from '../../src/errors.js';
import type { Arity } from '../../src/graph/arity.js';
import type { Operator } from '../../src/graph/operator.js';
import { operators } from '../../src/graph/operators/index.js';
import { add, mul, reduceSum, reshape, scalar } from '../../src/graph/ops.js';
import type { Sample } from '../../src/graph/sample.js';
import { type Attributes, apply, constant, input, type Value } from '../../src/graph/value.js';
import { drawSample, toTensor } from './samples.js';

/** How far a device may be from the definition: single precision, over sums of at most some hundreds of products. */
export const KERNEL_TOLERANCE = 2e-6;

/** An operator with one of its samples. */
export interface SampleCase {
  readonly operator: Operator;
  readonly sample: Sample<Attributes, Arity>;
  /** Which of the operator's samples it is. */
  readonly index: number;
}

/** Every sample of every registered operator. */
export const sampleCases: readonly SampleCase[] = operators.flatMap((operator) =>
  operator.samples.map((sample, index) => ({ operator, sample, index })),
);

export function describeSample({ sample: { inputs, attributes } }: SampleCase): string {
  return `${inputs.map(({ shape }) => `[${shape}]`).join(' ')} ${JSON.stringify(attributes)}`;
}

export interface SampleGraph {
  readonly inputs: readonly { name: string; value: Value; data: Float64Array }[];
  readonly outputs: readonly Value[];
  readonly loss: Value;
  /** The float inputs with their gradients, but for those whose gradient the operator refuses. */
  readonly derived: readonly { value: Value; gradient: Value }[];
  readonly feeds: Map<string, Float64Array>;
}

/**
 * The operator applied to the sample, and a scalar: the sum of its float outputs times fixed random numbers. The inputs'
 * names begin with `prefix`.
 */
export function sampleGraph({ operator, sample, index }: SampleCase, prefix = 'input'): SampleGraph {
  const inputs = sample.inputs.map((spec, i) => {
    const name = `${prefix}${i}`;
    const value = input(name, { dtype: spec.dtype ?? 'float32', shape: spec.shape });
    return { name, value, data: drawSample(spec, index * 10 + i) };
  });
  const outputs = apply(
    operator,
    inputs.map(({ value }) => value),
    sample.attributes,
  );
  const loss = outputs
    .filter(({ dtype }) => dtype === 'float32')
    .map((output, i) => {
      const weights = drawSample({ shape: output.shape }, 1000 + i);
      return reshape(reduceSum(mul(output, constant(toTensor(output, weights)))), []);
    })
    .reduce((sum, each) => add(sum, each), scalar(0));
  return {
    inputs,
    outputs,
    loss,
    derived: inputs.flatMap(({ value }) => {
      const gradient = value.dtype === 'float32' ? gradientUnlessRefused(loss, value) : undefined;
      return gradient === undefined ? [] : [{ value, gradient }];
    }),
    feeds: new Map(inputs.map(({ name, data }) => [name, data])),
  };
}

function gradientUnlessRefused(loss: Value, value: Value): Value | undefined {
  try {
    return gradients(loss, [value])[0];
  } catch (error) {
    assert.ok(error instanceof AdarandError && error.code === 'graph.no-gradient', String(error));
    return undefined;
  }
}
