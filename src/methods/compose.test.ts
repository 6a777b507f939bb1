import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { testInputs } from '../../test/helpers/method-inputs.js';
import { arrayPrepareTools } from '../../test/helpers/prepare-tools.js';
import { readFrom } from '../../test/helpers/read-tensor.js';
import { bindMethod, typedMethodOptions } from '../run/method/bind-method.js';
import { openMethod } from '../run/method/open-method.js';
import { methodLoss } from '../training/method-loss.js';
import { adarand } from './adarand.js';
import { bss } from './bss.js';
import { compose } from './compose.js';
import { fnp } from './fnp.js';
import { l2sp } from './l2-sp.js';
import { bound, defineMethod } from './method.js';
import { uot } from './uot.js';

const given = testInputs({ batchSize: 6, classes: 3, featureSize: 5, sourceClasses: 4 });
const { inputs } = given;

const plain = (name: string) => ({
  name,
  title: name,
  paper: 'a test',
  formula: '0',
  defaultLambda: 1,
  lambdaUnit: 'none' as const,
});

describe('several methods as one', () => {
  test('add their penalties, each with its weight, and their extra losses', () => {
    const both = methodLoss(compose([bss, l2sp]), {
      ...inputs,
      options: { 'bss.k': 2, 'l2-sp.lambda': 0.5 },
    });
    const first = methodLoss(bss, { ...inputs, options: { k: 2 } });
    const second = methodLoss(l2sp, inputs);
    // Weights are constants in single precision.
    const expected = 0.001 * first.penalty + 0.5 * second.penalty;
    assert.ok(Math.abs(both.penalty - expected) < 1e-7 * expected);
    assert.equal(both.extraLoss, second.extraLoss);
    for (const [i, gradient] of first.gradients.features.entries())
      assert.ok(Math.abs((both.gradients.features[i] ?? 0) - 0.001 * gradient) < 1e-9);
  });

  test("keep their states, metrics and noise apart, and a method's own training", () => {
    const composed = methodLoss(compose([fnp, adarand]), { ...inputs, seed: 4 });
    const alone = methodLoss(adarand, { ...inputs, seed: 4 });
    assert.deepEqual(composed.nextState['adarand.mean'], alone.nextState.mean);
    assert.deepEqual(composed.nextState['adarand.runningMean'], alone.nextState.runningMean);
    assert.equal(composed.metrics['adarand.intra'], alone.metrics.intra);
  });

  test('each weight has the factor of its own unit', () => {
    const composed = methodLoss(compose([fnp, l2sp]), {
      ...inputs,
      lambdaScales: { features: 0.25, trainingTime: 3 },
    });
    const expected = 0.25 * methodLoss(fnp, inputs).penalty + 3 * 0.1 * methodLoss(l2sp, inputs).penalty;
    assert.ok(Math.abs(composed.penalty - expected) < 1e-6 * expected);
  });

  test('prepare, and choose source images, as the one that does so alone', async () => {
    const method = compose([bss, uot]).bind({ 'uot.classes': 2 });
    const alone = uot.bind({ classes: 2 });
    const prepared = (await method.prepare?.(arrayPrepareTools(given.tools))) ?? {};
    const preparedAlone = (await alone.prepare?.(arrayPrepareTools(given.tools))) ?? {};
    assert.deepEqual(prepared['uot.selected'], preparedAlone.selected);
    const context = { targets: Int32Array.of(0, 1, 2), batch: 3, seed: 1 };
    assert.deepEqual(
      method.sourceSampler?.({ ...context, tensor: readFrom(prepared) }),
      alone.sourceSampler?.({ ...context, tensor: readFrom(preparedAlone) }),
    );
  });

  test('are found by their names with a + between, with options named after them', async () => {
    const method = await openMethod('bss+l2-sp');
    assert.equal(method.name, 'bss+l2-sp');
    assert.deepEqual(typedMethodOptions(method, { 'bss.k': '3', 'l2-sp.beta': '0.5', 'bss.lambda': '2' }), {
      'bss.k': 3,
      'l2-sp.beta': 0.5,
      'bss.lambda': 2,
    });
    assert.deepEqual(
      bindMethod(method, { 'bss.k': 3, 'l2-sp.beta': 0.5, 'bss.lambda': 2 }).options,
      method.options.parse({ 'bss.k': 3, 'l2-sp.beta': 0.5, 'bss.lambda': 2 }),
    );
    assert.throws(() => bindMethod(method, { k: 3 }), /has no option "k"/);
    assert.throws(() => bindMethod(method, { 'bss.k': -1 }), /bss\+l2-sp cannot use/);
    // Who wants none of it leaves it out.
    assert.throws(() => bindMethod(method, { 'bss.lambda': 0 }), /bss\+l2-sp cannot use/);
    assert.equal(method.replacesWeightDecay, true);
    assert.equal(method.bind().prepare, undefined);
  });

  for (const [names, message, hint] of [
    ['bss+bss', /bss is named twice/, 'Name it once; its weight is the option bss.lambda.'],
    ['bss+head-only', /trains the head alone/, 'Leave head-only out, or use it by itself.'],
    ['fine-tuning+bss', /what every method does already/, 'Leave fine-tuning out.'],
    ['bss+bs', /there is no method "bs"/, /bss/],
  ] as const)
    test(`${names} is refused with the reason, and with what to do`, () =>
      assert.rejects(openMethod(names), { message, hint }));

  test('one method, or none, is no combination', () => {
    const hint = 'Name another one, or use it by itself.';
    assert.throws(() => compose([adarand]), {
      message: 'adarand: it takes two methods to combine them',
      hint,
    });
    assert.throws(() => compose([]), { message: 'compose: it takes two methods to combine them', hint });
  });

  test('two methods that each change their states after epochs are refused', () => {
    const changing = (name: string) =>
      defineMethod({
        ...plain(name),
        options: z.strictObject({}),
        bind: () => bound({ needs: [], epochCallback: { epochs: 1, run: () => ({}) }, loss: () => ({}) }),
      });
    const [one, other] = [changing('one'), changing('other')];
    assert.throws(() => compose([one, other]).bind(), {
      code: 'method.compose',
      message: /one and other each give their states new values/,
      hint: 'Leave one of them out.',
    });
    assert.equal(compose([bss, one]).bind().epochCallback?.epochs, 1);
  });

  test('a method whose own option is called as its weight is refused', () => {
    const method = defineMethod({
      ...plain('mine'),
      options: z.strictObject({ lambda: z.string().default('much') }),
      bind: () => bound({ needs: [], loss: () => ({}) }),
    });
    assert.throws(() => compose([bss, method]), {
      code: 'method.compose',
      message: /mine has an option lambda/,
      hint: 'Give that option another name.',
    });
  });

  test('two methods that each train a state are refused when they are built', () => {
    const other = { ...adarand, name: 'other' };
    assert.throws(() => methodLoss(compose([adarand, other]), inputs), /each train a state of their own/);
  });
});
