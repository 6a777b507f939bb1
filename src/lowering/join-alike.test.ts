import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawnInputs } from '../../test/helpers/drawn-inputs.js';
import { worstError } from '../../test/helpers/samples.js';
import { at } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { abs, add, exp, mul, reduceMean, reduceSum, reshape, sub, type Value } from '../graph/ops.js';
import { sizeOf } from '../graph/tensor.js';
import { topologicalOrder } from '../graph/value.js';
import { methods } from '../methods/index.js';
import { cifarResNet } from '../nn/cifar-resnet.js';
import { optimizers } from '../optimizers/index.js';
import { schedules } from '../optimizers/schedules.js';
import { lowerProgram } from '../runtime/program.js';
import { newHead } from '../training/new-head.js';
import { sameRates } from '../training/rate-factors.js';
import { buildStep } from '../training/step-graph.js';
import { crossovers } from './crossovers.js';
import { joinAlike } from './join-alike.js';

const gpu = [{ device: 'cuda' }, { device: 'webgpu' }] as const;

const countOf = (outputs: Iterable<Value>, name: string) =>
  topologicalOrder(outputs).filter(({ operator }) => operator.name === name).length;

/** SGD with momentum, of a parameter, its momentum and its gradient. */
function updated(parameter: Value, momentum: Value, gradient: Value, rate: Value): Value[] {
  const next = add(mul(momentum, 0.9), add(gradient, mul(parameter, 1e-4)));
  return [sub(parameter, mul(rate, next)), next];
}

test('the same update of tensors of any shapes is computed once', () => {
  const shapes = [[3, 2, 1, 1], [5], [2, 2], [1]];
  const { x, numbers } = drawnInputs([[], ...[...shapes, ...shapes, ...shapes]]);
  const count = shapes.length;
  const outputs = shapes.flatMap((_, i) => updated(x(1 + i), x(1 + count + i), x(1 + 2 * count + i), x(0)));
  for (const target of gpu) {
    const joined = joinAlike(outputs, target);
    assert.equal(countOf(outputs, 'Mul'), 3 * count);
    assert.equal(countOf(joined, 'Mul'), 3, 'of all of them');
    assert.equal(countOf(joined, 'Concat'), 3);
    interpret(joined, numbers).forEach((data, i) => {
      assert.deepEqual(data, interpret(outputs, numbers)[i]);
      assert.deepEqual(at(joined, i).shape, at(outputs, i).shape);
    });
  }
});

test('what differs in a number, in an operator or by a reader in between is not joined', () => {
  const { x } = drawnInputs([[4], [4], [4], [], []]);
  const mulBy = (factor: number) => [0, 1].map((i) => mul(x(i), factor + i));
  assert.equal(countOf(joinAlike(mulBy(2), at(gpu, 0)), 'Mul'), 2);
  assert.equal(countOf(joinAlike([mul(x(0), x(3)), mul(x(1), x(4))], at(gpu, 0)), 'Concat'), 0);
  assert.equal(countOf(joinAlike([exp(x(0)), abs(x(1))], at(gpu, 0)), 'Concat'), 0);
  // The exponential is read by a mean, too: it is a tensor like any other, and only the products are joined.
  const [a, b] = [exp(x(0)), exp(x(1))];
  const joined = joinAlike([mul(a, 2), mul(b, 2), reduceMean(a, [0]), reduceSum(b, [0])], at(gpu, 0));
  assert.equal(countOf(joined, 'Exp'), 2);
  assert.equal(countOf(joined, 'Mul'), 1);
});

test('large tensors stay on their own', () => {
  const { x } = drawnInputs([[1], [1]]);
  const large = [0, 1].map((i) => add(mul(x(i), 2), reshape(x(i), [1])));
  assert.equal(countOf(joinAlike(large, at(gpu, 0)), 'Concat'), 1);
  const { values } = drawnInputs([[1], [1]]);
  const shape = [crossovers.joinedElements + 1];
  const wide = values.map((value) => add(mul({ ...value, shape }, 2), 1));
  assert.equal(countOf(joinAlike(wide, at(gpu, 0)), 'Concat'), 0);
});

test('joined graphs compute what the graphs do', () => {
  const shape = fc.constantFrom([2], [3, 1], [2, 2, 1], []);
  const operation = fc.constantFrom('add', 'mul', 'sub', 'exp', 'abs', 'scale', 'reduce');
  const step = fc.record({ operation, a: fc.nat(), b: fc.nat(), isOutput: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(shape, { minLength: 2, maxLength: 4 }),
      fc.array(step, { maxLength: 8 }),
      (shapes, steps) => {
        const { x, numbers } = drawnInputs([[], ...shapes, ...shapes]);
        const outputs: Value[] = [];
        for (const i of shapes.keys()) {
          const own = [x(1 + i), x(1 + shapes.length + i)];
          const last: Value[] = [];
          for (const { operation: kind, a, b, isOutput } of steps) {
            const [left, right] = [at(own, a % own.length), at(own, b % own.length)];
            const made = {
              add: () => add(left, right),
              mul: () => mul(left, right),
              sub: () => sub(left, right),
              exp: () => exp(mul(left, 0.1)),
              abs: () => abs(left),
              scale: () => mul(mul(x(0), 0.5), left),
              reduce: () => reduceMean(left, left.shape.length > 0 ? [0] : []),
            }[kind]();
            if (made.shape.length === left.shape.length && sizeOf(made.shape) === sizeOf(left.shape))
              own.push(made);
            if (isOutput) last.push(made);
          }
          outputs.push(...last, ...own.slice(-1));
        }
        const expected = interpret(outputs, numbers);
        for (const target of gpu)
          interpret(joinAlike(outputs, target), numbers).forEach((data, i) => {
            assert.ok(worstError(data, expected[i] ?? []) < 1e-12);
          });
      },
    ),
  );
});

for (const [name, make] of Object.entries(optimizers))
  test(`${name} updates a network's small tensors together`, () => {
    const network = cifarResNet(20, { seed: 1 });
    const { update } = buildStep({
      network,
      head: newHead(network.featureSize, 5, 1),
      batchSize: 2,
      imageSize: 8,
      classes: 5,
      method: methods['fine-tuning'].bind({}),
      lambda: 0,
      statistics: undefined,
      optimizer: make(),
      learningRate: 0.01,
      schedule: schedules.cosine,
      weightDecay: 1e-4,
      rateFactors: sameRates(network, 0.5),
      accumulate: 1,
      batchNorm: 'train',
      emaDecay: 0.99,
    });
    const products = (device: 'wasm' | 'cuda') => countOf(lowerProgram(update, { device }).values(), 'Mul');
    assert.ok(products('cuda') < 0.6 * products('wasm'), `${products('cuda')} of ${products('wasm')}`);
  });
