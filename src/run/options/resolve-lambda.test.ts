import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32 } from '../../graph/tensor.js';
import { adarand } from '../../methods/adarand.js';
import { coTuning } from '../../methods/co-tuning.js';
import { compose } from '../../methods/compose.js';
import { delta } from '../../methods/delta.js';
import { l2sp } from '../../methods/l2-sp.js';
import { LAMBDA_SCALE } from '../../methods/lambda-unit.js';
import type { Method } from '../../methods/method.js';
import { parseOptions } from './parse-options.js';
import { type LambdaContext, needsMeanSquare, resolveLambda } from './resolve-lambda.js';
import { runOptionsSchema } from './train-options.js';

const measured = {
  prepared: { [LAMBDA_SCALE]: float32([], [7]) },
  featureMeanSquare: 2.5,
  summedLearningRate: 6,
};

function resolved(method: Method, given: object = {}, change: Partial<LambdaContext> = {}) {
  const options = parseOptions(runOptionsSchema, { data: 'd', model: 'm', optimizer: 'sgd', ...given });
  return resolveLambda(options, { method: method.bind(), ...measured, ...change });
}

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} and ${b}`);

test('a weight is divided by how much larger the features are than those of ResNet-50', () => {
  near(resolved(adarand).effectiveLambda, 0.1);
  near(resolved(adarand, { lambda: 2 }).effectiveLambda, 0.2);
  near(resolved(adarand, { lambda: 2 }, { featureMeanSquare: 0.25 }).effectiveLambda, 2);
});

test('what holds weights is weaker where they are trained for longer, or faster', () => {
  near(resolved(l2sp).effectiveLambda, 0.1 * (10 / 60));
  near(resolved(l2sp, {}, { summedLearningRate: 0.06 }).effectiveLambda, 0.1 * (10 / 0.6));
  near(resolved(l2sp, {}, { summedLearningRate: 0 }).effectiveLambda, 0.1);
  near(resolved(l2sp, { optimizer: 'adamw' }).effectiveLambda, 0.1);
});

test('what holds feature maps has the factor that was measured on them', () => {
  near(resolved(delta, { lambda: 0.02 }).effectiveLambda, 0.14);
});

test('a raw weight, one in nats, and the one of a combination are as they are given', () => {
  for (const method of [adarand, l2sp, delta, coTuning, compose([adarand, l2sp])])
    assert.equal(resolved(method, { lambda: 2, lambdaUnit: 'raw' }).effectiveLambda, 2);
  assert.equal(resolved(coTuning, { lambda: 2 }).effectiveLambda, 2);
  const combined = resolved(compose([adarand, l2sp]));
  assert.equal(combined.effectiveLambda, 1);
  near(combined.lambdaScales?.features ?? 0, 0.1);
  near(combined.lambdaScales?.trainingTime ?? 0, 1 / 6);
  assert.equal(resolved(adarand, { lambdaUnit: 'raw' }).lambdaScales, null);
  assert.equal(resolved(coTuning).lambdaScales, null);
});

test('a weight that is not finite is refused, with what it comes from', () => {
  const refused = (method: Method, given: object, change: Partial<LambdaContext>, message: RegExp) =>
    assert.throws(() => resolved(method, given, change), { code: 'config.lambda', message });
  const square = (featureMeanSquare: number) => ({ featureMeanSquare });
  refused(adarand, {}, square(0), /lambda is 1, and the mean square .*, to which it is relative, is 0$/);
  refused(adarand, {}, square(Number.NaN), /is NaN$/);
  refused(adarand, { lambda: 1e30 }, square(1e-12), /lambda is 1e\+30, .* is 1e-12$/);
  refused(adarand, { lambda: 1e40, lambdaUnit: 'raw' }, {}, /not finite: lambda is 1e\+40$/);
  const infinite = { prepared: { [LAMBDA_SCALE]: float32([], [Number.POSITIVE_INFINITY]) } };
  refused(delta, {}, infinite, /and so is what it is relative to, the feature maps of this run$/);
  assert.equal(
    resolved(adarand, { lambdaUnit: 'raw' }, square(0)).effectiveLambda,
    1,
    'what the hint says works',
  );
});

test('the mean square is asked for where a weight depends on it', () => {
  const options = (given: object) =>
    parseOptions(runOptionsSchema, { data: 'd', model: 'm', optimizer: 'sgd', ...given });
  assert.ok(needsMeanSquare(options({}), adarand.bind()));
  assert.ok(needsMeanSquare(options({}), compose([l2sp, adarand]).bind()));
  assert.ok(!needsMeanSquare(options({}), l2sp.bind()));
  assert.ok(!needsMeanSquare(options({ lambda: 0 }), adarand.bind()));
  assert.ok(!needsMeanSquare(options({ lambdaUnit: 'raw' }), adarand.bind()));
});
