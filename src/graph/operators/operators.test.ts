import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { runGraph } from '../../../test/helpers/run-graph.js';
import { drawSample, toTensor, worstError } from '../../../test/helpers/samples.js';
import { gradients } from '../../autodiff/gradients.js';
import { AdarandError } from '../../errors.js';
import { nodeDriver } from '../../runtime/node.js';
import { webDriver } from '../../runtime/web.js';
import type { Arity } from '../arity.js';
import { interpret } from '../interpret.js';
import type { Operator } from '../operator.js';
import type { Sample } from '../sample.js';
import { type Attributes, apply, constant, input, scalar, type Value } from '../value.js';
import { add } from './add.js';
import { operators } from './index.js';
import { mul } from './mul.js';
import { reduceSum } from './reduce-sum.js';
import { reshape } from './reshape.js';

/** Central differences in double precision: the truncation error is about h^2, rounding about 1e-16 / h. */
const STEP = 1e-5;
const GRADIENT_TOLERANCE = 1e-7;
/** Single precision, over sums of at most some hundreds of products. */
const KERNEL_TOLERANCE = 2e-6;

for (const operator of operators)
  describe(operator.name, () => {
    it('has samples', () => assert.ok(operator.samples.length > 0));

    operator.samples.forEach((sample, index) => {
      const described = `${sample.inputs.map(({ shape }) => `[${shape}]`).join(' ')} ${JSON.stringify(sample.attributes)}`;

      it(`${operator.name}: gradient against central differences: ${described}`, () => {
        const graph = buildSample(operator, sample, index);
        for (const { value, gradient } of graph.derived) {
          const [analytic] = interpret([gradient], graph.feeds);
          const error = worstError(centralDifferences(graph, value), analytic ?? []);
          assert.ok(error < GRADIENT_TOLERANCE, `relative error ${error}`);
        }
      });

      for (const [driver, device] of [
        [nodeDriver, 'cpu'],
        [webDriver, 'wasm'],
      ] as const)
        it(`${operator.name}: ${driver.name} against the definition: ${described}`, async () => {
          const graph = buildSample(operator, sample, index);
          const outputs = [...graph.outputs, ...graph.derived.map(({ gradient }) => gradient)];
          const expected = interpret(outputs, graph.feeds);
          const feeds = new Map(graph.inputs.map(({ name, value, data }) => [name, toTensor(value, data)]));
          const actual = await runGraph(driver, device, outputs, feeds);
          actual.forEach((tensor, i) => {
            const error = worstError(tensor.data, expected[i] ?? []);
            assert.ok(error < KERNEL_TOLERANCE, `output ${i}: relative error ${error}`);
          });
        });
    });
  });

test('gradients are refused only of what gradients are made with', () => {
  const refusing = operators.filter((operator) =>
    operator.samples.some((sample, index) => {
      const { inputs, derived } = buildSample(operator, sample, index);
      return derived.length < inputs.filter(({ value }) => value.dtype === 'float32').length;
    }),
  );
  assert.deepEqual(
    refusing.map(({ name }) => name),
    ['ScatterAdd', 'BatchNormGradient', 'GatherGradient', 'GeluGradient', 'MaxPoolGradient'],
  );
});

interface SampleGraph {
  readonly inputs: readonly { name: string; value: Value; data: Float64Array }[];
  readonly outputs: readonly Value[];
  readonly loss: Value;
  /** The float inputs with their gradients, but for those whose gradient the operator refuses. */
  readonly derived: readonly { value: Value; gradient: Value }[];
  readonly feeds: Map<string, Float64Array>;
}

/** The operator applied to the sample, and a scalar: the sum of its float outputs times fixed random numbers. */
function buildSample(operator: Operator, sample: Sample<Attributes, Arity>, index: number): SampleGraph {
  const inputs = sample.inputs.map((spec, i) => {
    const name = `input${i}`;
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

function centralDifferences({ loss, feeds, inputs }: SampleGraph, value: Value): Float64Array {
  const entry = inputs.find((candidate) => candidate.value === value);
  assert.ok(entry !== undefined);
  const lossAt = (data: Float64Array) =>
    interpret([loss], new Map(feeds).set(entry.name, data))[0]?.[0] ?? Number.NaN;
  return entry.data.map((element, i) => {
    const above = lossAt(entry.data.with(i, element + STEP));
    const below = lossAt(entry.data.with(i, element - STEP));
    return (above - below) / (2 * STEP);
  });
}
