import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { preparedInputs, type Sizes, testInputs } from '../../test/helpers/method-inputs.js';
import { type MethodLossInputs, methodLoss } from '../training/method-loss.js';
import { isMethodName, methodByName, methods } from './index.js';

const sizes: Sizes = { batchSize: 6, classes: 3, featureSize: 5, sourceClasses: 4 };

/** Methods whose gradients stop on purpose, where a difference quotient does not: they test their gradients themselves. */
const stopsGradients: ReadonlySet<string> = new Set(['dr-tune']);

const names = Object.keys(methods).filter(isMethodName);

for (const name of names)
  describe(name, () => {
    const method = methodByName(name);
    const inputsFor = (...given: Parameters<typeof testInputs>) =>
      preparedInputs(method, testInputs(...given));
    const total = (inputs: MethodLossInputs) => {
      const { taskLoss, penalty, extraLoss } = methodLoss(method, inputs);
      return taskLoss + penalty + extraLoss;
    };
    const assertFinite = (inputs: MethodLossInputs) => {
      const { gradients, nextState, ...scalars } = methodLoss(method, inputs);
      assert.ok(
        Number.isFinite(scalars.taskLoss + scalars.penalty + scalars.extraLoss),
        JSON.stringify(scalars),
      );
      for (const [what, array] of Object.entries({ ...gradients, ...nextState }))
        assert.ok(array.every(Number.isFinite), `${what} of ${name} is not finite`);
    };

    test('is registered under its own name', () => assert.equal(method.name, name));

    test('gradients with respect to features agree with central differences', {
      skip: stopsGradients.has(name) && 'see its own test',
    }, async () => {
      const inputs = await inputsFor(sizes);
      const { gradients } = methodLoss(method, inputs);
      const step = 1e-5;
      inputs.features.forEach((row, i) => {
        row.forEach((g, j) => {
          const at = (value: number) =>
            total({ ...inputs, features: inputs.features.with(i, row.with(j, value)) });
          const numeric = (at(g + step) - at(g - step)) / (2 * step);
          const slope = gradients.features[i * row.length + j] ?? Number.NaN;
          assert.ok(
            Math.abs(numeric - slope) < 1e-6 * Math.max(1, Math.abs(slope)),
            `${i} ${j}: ${slope} for ${numeric}`,
          );
        });
      });
    });

    test('works where every image of the batch is of one class', async () => {
      assertFinite(await inputsFor(sizes, { labels: Array(6).fill(1) }));
    });
    test('works where every image is of a class of its own, with more classes than images', async () => {
      assertFinite(await inputsFor({ ...sizes, classes: 9 }, { labels: [0, 2, 4, 5, 7, 8] }));
    });
    test('works on features that are all zero', async () => {
      assertFinite(await inputsFor(sizes, { feature: () => 0 }));
    });
    test('works on features that are all alike', async () => {
      assertFinite(await inputsFor(sizes, { feature: () => 1.5 }));
    });
    test('works with features of one number', async () => {
      assertFinite(await inputsFor({ ...sizes, featureSize: 1 }));
    });
    test('works with one class, and with one source class', async () => {
      assertFinite(await inputsFor({ ...sizes, classes: 1 }));
      assertFinite(await inputsFor({ ...sizes, sourceClasses: 1 }));
    });
    test('works with a batch of one image', async () => {
      assertFinite(await inputsFor({ ...sizes, batchSize: 1 }));
    });
  });
