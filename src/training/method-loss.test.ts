import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { float32, mul, sub } from '../graph/ops.js';
import { methods } from '../methods/index.js';
import { bound, defineMethod } from '../methods/method.js';
import { mean } from '../nn/functional.js';
import { type MethodLossInputs, methodLoss } from './method-loss.js';

test('arrays are in double precision, the numbers of a formula in float32', () => {
  const method = defineMethod({
    name: 'tenth',
    title: 'A tenth of the mean',
    paper: 'a test',
    formula: '0.1 mean g',
    options: z.strictObject({}),
    defaultLambda: 1,
    lambdaUnit: 'none',
    bind: () =>
      bound({ needs: ['features'], loss: ({ features }) => ({ penalty: mul(mean(features), 0.1) }) }),
  });
  const features = [[1 / 3, 0.7]];
  const expected = (1 / 3 + 0.7) / 2;
  const { penalty, gradients } = methodLoss(method, { features, labels: [0], classes: 1 });
  assert.ok(Math.abs(penalty / (Math.fround(0.1) * expected) - 1) < 1e-15, `${penalty}`);
  assert.ok(Math.abs(penalty / (0.1 * expected) - 1) < 6e-8, `${penalty}`);
  assert.deepEqual([...gradients.features], [Math.fround(0.1) / 2, Math.fround(0.1) / 2]);
});

test('arrays that do not fit are refused', () => {
  const method = defineMethod({
    name: 'mine',
    title: 'Two random inputs and a state',
    paper: 'a test',
    formula: 'mean (g - c) z',
    options: z.strictObject({}),
    defaultLambda: 1,
    lambdaUnit: 'none',
    bind: () =>
      bound({
        needs: ['features'],
        loss({ features }, tools) {
          const centre = tools.state('centre', float32([1, 2], [0, 0]));
          const drawn = mul(tools.noise('normal', [2, 2]), tools.noise('uniform', [1]));
          return { penalty: mean(mul(sub(features, centre), drawn)) };
        },
      }),
  });
  const given = {
    features: [
      [1, 2],
      [3, 4],
    ],
    labels: [0, 1],
    classes: 2,
  };
  assert.deepEqual([...(methodLoss(method, given).nextState.centre ?? [])], [0, 0]);
  const wrong: readonly (readonly [Partial<MethodLossInputs>, RegExp])[] = [
    [{ state: { center: [0, 0] } }, /no state center: it has centre\. Did you mean "centre"\?/],
    [{ state: { centre: [0] } }, /state\.centre has 1 numbers instead of \[1,2\]/],
    [{ state: { centre: [0, 0, 0] } }, /state\.centre has 3 numbers/],
    [{ noise: [[1, 2, 3]] }, /noise\[0\] has 3 numbers instead of \[2,2\]/],
    [
      {
        noise: [
          [1, 2, 3, 4],
          [1, 2],
        ],
      },
      /noise\[1\] has 2 numbers instead of \[1\]/,
    ],
    [{ noise: [[1, 2, 3, 4], [1], [1]] }, /3 arrays of noise are given, and the method asks for 2/],
    [{ features: [[1, 2], [3]] }, /row 1 of features has 1 numbers instead of 2/],
    [{ logits: [[1], [2, 3, 4]] }, /row 0 of logits has 1 numbers instead of 2/],
    [{ labels: [0, 2] }, /labels should be 2 whole numbers below 2/],
    [
      { sourceBatch: { features: [[1, 2]], labels: [3], classes: 3 } },
      /labels of sourceBatch should be 1 whole numbers below 3/,
    ],
  ];
  for (const [change, message] of wrong)
    assert.throws(() => methodLoss(method, { ...given, ...change }), { code: 'method.inputs', message });
});

test('what a program without types leaves out, or calls otherwise, is named', () => {
  const given = { features: [[1, 2]], labels: [0], classes: 2 };
  for (const [inputs, message] of [
    [undefined, 'the inputs should be an object, not undefined'],
    [{}, 'features and labels and classes are missing'],
    [{ features: [[1, 2]], labels: [0] }, 'classes is missing'],
    [{ ...given, features: new Float32Array(2) }, /^features should be .*, not of the type Float32Array$/],
    [{ ...given, features: [1, 2] }, 'features should be an array of arrays of numbers, not [1,2]'],
    [{ ...given, labels: 'red' }, 'labels should be an array of numbers, not "red"'],
    [{ ...given, classes: '2' }, 'classes should be a number, not "2"'],
    [{ ...given, lables: [0] }, 'there is no input lables. Did you mean "labels"?'],
    [{ ...given, head: { weight: [[1, 2]] } }, 'head.bias is missing'],
    [
      { ...given, sourceBatch: { features: [[1, 2]] } },
      'sourceBatch.labels and sourceBatch.classes are missing',
    ],
    [{ ...given, parameters: [{ name: 'w' }] }, 'parameters[0].kind and parameters[0].value are missing'],
    [{ ...given, parameters: 5 }, 'parameters should be an array, not 5'],
  ] as const)
    assert.throws(() => Reflect.apply(methodLoss, undefined, [methods.adarand, inputs]), {
      code: 'method.inputs',
      message,
    });
});
