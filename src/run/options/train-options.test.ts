import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdarandError } from '../../errors.js';
import { parseTrainOptions } from './train-options.js';

test('data and model are enough', () => {
  const options = parseTrainOptions({ data: 'd', model: 'm' });
  assert.equal(options.method, 'adarand');
  assert.equal(options.epochs, 20);
  assert.equal(options.lambdaUnit, 'feature-scale');
  assert.equal(options.batchSize, undefined, 'depends on the data');
});

test('options that have been parsed are parsed again to the same', () => {
  const options = parseTrainOptions({
    data: 'd',
    model: 'm',
    emaDecay: 0.99,
    methodOptions: { alpha: '0.9' },
  });
  assert.deepEqual(parseTrainOptions(JSON.parse(JSON.stringify(options))), options);
});

test('every mistake is named at once', () => {
  const mistaken = { data: 'd', model: 'm', epochs: 0, lambda: -1, schedule: 'cosin', lamda: 2 };
  assert.throws(
    () => parseTrainOptions(mistaken),
    (error: unknown) => {
      assert.ok(error instanceof AdarandError);
      for (const told of [
        'epochs',
        'lambda',
        'Did you mean "cosine"?',
        'no option lamda',
        'Did you mean "lambda"?',
      ])
        assert.ok(error.message.includes(told), `${told} in ${error.message}`);
      return true;
    },
  );
});

test('patience without validation images is refused', () => {
  assert.throws(() => parseTrainOptions({ data: 'd', model: 'm', patience: 3, valFraction: 0 }), /patience/);
});
