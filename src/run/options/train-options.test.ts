import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdarandError } from '../../errors.js';
import { parseOptions } from './parse-options.js';
import { renamedOptions, renamedValues } from './renamed-options.js';
import { runOptionsSchema, trainOptionsSchema } from './train-options.js';

const parse = (given: unknown) => parseOptions(trainOptionsSchema, given);
const enough = { data: 'd', model: 'm' };

/** The error that these options are refused with. */
function refusal(given: unknown): AdarandError {
  try {
    parse(given);
  } catch (error) {
    assert.ok(error instanceof AdarandError);
    assert.equal(error.code, 'config.invalid');
    return error;
  }
  return assert.fail('they are not refused');
}

test('data and model are enough', () => {
  const options = parse(enough);
  assert.equal(options.method, 'adarand');
  assert.equal(options.epochs, undefined, 'follows from minutes, where they are given');
  assert.equal(options.optimizer, undefined, 'depends on the network');
  assert.equal(parseOptions(runOptionsSchema, { ...options, optimizer: 'sgd' }).epochs, 20);
  assert.equal(options.lambdaUnit, 'relative');
  assert.equal(options.batchSize, undefined, 'depends on the data');
});

test('options that have been parsed are parsed again to the same', () => {
  const options = parse({ ...enough, emaDecay: 0.99, methodOptions: { alpha: '0.9' } });
  assert.deepEqual(parse(JSON.parse(JSON.stringify(options))), options);
});

test('every mistake is named at once, in plain English', () => {
  const mistaken = {
    data: '',
    epochs: -1,
    lambda: -1,
    schedule: 'cosin',
    lamda: 2,
    batchSize: 1.5,
    trainFraction: 2,
    emaDecay: 1,
    seed: 'x',
    imageSize: 5000,
  };
  const problems = [
    'data must not be empty',
    'model is missing',
    'lambda must be at least 0, not -1',
    'epochs must be at least 0, not -1',
    'batchSize must be a whole number, not 1.5',
    'schedule must be one of constant, multi-step, cosine, cosine-7-16, not "cosin". Did you mean "cosine"?',
    'emaDecay must be less than 1, not 1',
    'imageSize must be at most 4096, not 5000',
    'trainFraction must be at most 1, not 2',
    'seed must be a number, not "x"',
    'there is no option lamda. Did you mean "lambda"?',
  ];
  assert.equal(refusal(mistaken).message, problems.join('; '));
});

test('a value that has no text is refused', () => {
  const without = [
    [[Symbol('x')], '[symbol]'],
    [Object.create(null), '{}'],
    [{ toString: 5 }, '{"toString":5}'],
  ] as const;
  for (const [device, shown] of without)
    assert.equal(
      refusal({ ...enough, device }).message,
      `device must be one of cpu, wasm, webgpu, cuda, not ${shown}.`,
    );
});

test('what is no object at all is refused', () => {
  assert.match(refusal('flowers').message, /options must be an object, not "flowers"/);
});

for (const [before, now] of renamedOptions)
  test(`${before} is refused in favour of ${now}`, () => {
    assert.ok(Object.hasOwn(trainOptionsSchema.shape, now));
    const { message, hint } = refusal({ ...enough, [before]: 'x' });
    assert.equal(message, `there is no ${before} any more`);
    assert.equal(hint, `Use ${now}.`);
  });

for (const [key, values] of renamedValues)
  for (const [before, now] of values)
    test(`${key} ${before} is refused in favour of ${now}`, () => {
      assert.equal(refusal({ ...enough, [key]: before }).hint, `Use ${key} ${now}.`);
      parse({ ...enough, [key]: now });
    });
