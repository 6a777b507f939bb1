import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runGraph } from '../../../test/helpers/run-graph.js';
import { drawSample, toTensor, worstError } from '../../../test/helpers/samples.js';
import { gradients } from '../../autodiff/gradients.js';
import { nodeDriver } from '../../runtime/node.js';
import { webDriver } from '../../runtime/web.js';
import { interpret } from '../interpret.js';
import type { Arity, Operator, Sample } from '../operator.js';
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
    assert.ok(operator.samples.length > 0, `${operator.name} has no samples`);
    operator.samples.forEach((sample, index) => {
      const graph = buildSample(operator, sample, index);
      const described = `${sample.inputs.map(({ shape }) => `[${shape}]`).join(' ')} ${JSON.stringify(sample.attributes)}`;

      it(`gradient against central differences: ${described}`, () => {
        const analytic = differentiable(graph)
          ? interpret(gradients(graph.loss, graph.trained), graph.feeds)
          : [];
        graph.trained.slice(0, analytic.length).forEach((value, i) => {
          const numeric = centralDifferences(graph, value);
          const error = worstError(numeric, analytic[i] ?? new Float64Array());
          assert.ok(error < GRADIENT_TOLERANCE, `input ${i}: relative error ${error}`);
        });
      });

      for (const [driver, device] of [
        [nodeDriver, 'cpu'],
        [webDriver, 'wasm'],
      ] as const)
        it(`${driver.name} against the definition: ${described}`, async () => {
          const derived = differentiable(graph) ? gradients(graph.loss, graph.trained) : [];
          const outputs = [...graph.outputs, ...derived];
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

interface SampleGraph {
  readonly inputs: readonly { name: string; value: Value; data: Float64Array }[];
  readonly trained: readonly Value[];
  readonly outputs: readonly Value[];
  readonly loss: Value;
  readonly feeds: Map<string, Float64Array>;
  readonly operator: Operator;
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
  // Statistics that an operator returns on the side (a variance, an inverse deviation) carry no gradient.
  const [main, ...rest] = outputs;
  assert.ok(main !== undefined);
  const carrying =
    operator.name === 'Split' || operator.name === 'BatchNormGradient' ? [main, ...rest] : [main];
  const weighted = carrying
    .filter(({ dtype }) => dtype === 'float32')
    .map((output, i) => {
      const weights = drawSample({ shape: output.shape }, 1000 + i);
      return reduceSum(mul(output, constant(toTensor(output, weights))));
    });
  const loss = weighted.map((term) => reshape(term, [])).reduce(add, scalar(0));
  return {
    operator,
    inputs,
    outputs,
    loss,
    trained: inputs.map(({ value }) => value).filter(({ dtype }) => dtype === 'float32'),
    feeds: new Map(inputs.map(({ name, data }) => [name, data])),
  };
}

/** Operators that refuse a second derivative say so by throwing; their own values are still checked. */
function differentiable({ loss, trained }: SampleGraph): boolean {
  try {
    gradients(loss, trained);
    return true;
  } catch (error) {
    assert.match(String(error), /second derivatives/);
    return false;
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
