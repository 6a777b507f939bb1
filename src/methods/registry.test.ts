import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { preparedInputs, type Sizes, testInputs } from '../../test/helpers/method-inputs.js';
import { perturb } from '../../test/helpers/perturb-inputs.js';
import { type MethodLossInputs, methodLoss, methodTotal } from '../training/method-loss.js';
import { type MethodName, methodNames, methods } from './index.js';

const sizes: Sizes = { batchSize: 6, classes: 3, featureSize: 5, sourceClasses: 4 };

/** Options with which a method has few enough parameters to differentiate by all of them, one at a time. */
const smaller: Readonly<Partial<Record<MethodName, object>>> = { 'core-tuning': { dimension: 8 } };

/**
 * Inputs through which a method stops gradients on purpose, where a difference quotient sees the dependence: with what
 * is said in the method's docstring.
 */
const stopped: Readonly<Partial<Record<MethodName, readonly string[]>>> = {
  // s, the mean length of the features, is a constant; calibration looks at the head's weight before the step.
  'dr-tune': ['features', 'head.weight'],
};

/** What a method's losses depend on, by their formulas, where that is not the features alone; the rest has gradients of 0. */
const dependsOn: Readonly<Partial<Record<MethodName, readonly string[]>>> = {
  'fine-tuning': [],
  'head-only': [],
  'l2-sp': ['weight'],
  delta: ['stage1', 'stage2', 'head.weight', 'head.bias'],
  'core-tuning': ['features', 'head.weight', 'head.bias'],
  'dr-tune': ['head.weight', 'head.bias'],
  'co-tuning': ['pretrainedLogits'],
  uot: ['sourceBatch.features'],
  'borrowing-treasures': ['sourceBatch.features'],
};

for (const name of methodNames)
  describe(name, () => {
    const method = methods[name];
    const inputsFor = (...given: Parameters<typeof testInputs>) => {
      const { inputs, tools } = testInputs(...given);
      return preparedInputs(method, { inputs: { ...inputs, options: smaller[name] }, tools });
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

    test('gradients with respect to everything agree with central differences', async () => {
      const drawn = await inputsFor(sizes);
      const { gradients, nextState } = methodLoss(method, drawn);
      // Parameters of the method's own have their initial values: plain interpretation updates none.
      const own = Object.entries(nextState).filter(([state]) => state in gradients);
      const inputs = { ...drawn, state: { ...Object.fromEntries(own), ...drawn.state } };
      const step = 1e-5;
      for (const [input, gradient] of Object.entries(gradients)) {
        if (stopped[name]?.includes(input)) continue;
        gradient.forEach((analytic, i) => {
          const at = (change: number) => methodTotal(method, perturb(inputs, input, i, change));
          const numeric = (at(step) - at(-step)) / (2 * step);
          const error = Math.abs(numeric - analytic);
          assert.ok(
            error < 1e-6 * Math.max(1, Math.abs(analytic)),
            `${input} ${i}: ${analytic} for ${numeric}`,
          );
        });
      }
    });

    test('gradients are those of what its formula depends on', async () => {
      const { gradients } = methodLoss(method, await inputsFor(sizes));
      const own = /^(projection|sourceHead)\./;
      const nonzero = Object.keys(gradients).filter((input) => gradients[input]?.some((g) => g !== 0));
      assert.deepEqual(
        nonzero.filter((input) => !own.test(input)).sort(),
        [...(dependsOn[name] ?? ['features'])].sort(),
      );
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
