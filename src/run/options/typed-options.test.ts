import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trainOptionsSchema } from './train-options.js';
import { typedOptions } from './typed-options.js';

const typed = (given: object) =>
  typedOptions(trainOptionsSchema, trainOptionsSchema.parse({ data: 'photos', model: 'sample', ...given }), [
    'data',
  ]);

test('what is a default is left out', () => {
  assert.deepEqual(typed({}), ['photos', '--model', 'sample']);
  assert.deepEqual(typed({ seed: 0, epochs: trainOptionsSchema.parse({ data: 'a', model: 'b' }).epochs }), [
    ...['photos', '--model', 'sample'],
  ]);
});

test('numbers, words, switches both ways, and options of the method', () => {
  assert.deepEqual(
    typed({ seed: 3, learningRate: 1e-5, test: false, optimizer: 'adamw' }).slice(3).join(' '),
    '--learning-rate 0.00001 --optimizer adamw --no-test --seed 3',
  );
  assert.deepEqual(typed({ method: 'adarand', methodOptions: { alpha: 0.9, form: 'article' } }).slice(3), [
    ...['--option', 'alpha=0.9'],
    ...['--option', 'form=article'],
  ]);
});
