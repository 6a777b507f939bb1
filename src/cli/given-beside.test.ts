import assert from 'node:assert/strict';
import { test } from 'node:test';
import { command as compare } from './commands/compare.js';
import { command as train } from './commands/train.js';
import { command as tune } from './commands/tune.js';
import { givenBeside } from './given-beside.js';

test('what was typed beside --resume is named as it is typed', () => {
  const given = { resume: 'run', data: 'photos', learningRate: 0.1, flip: false, batchSize: undefined };
  for (const command of [train, tune])
    assert.deepEqual(givenBeside({ ...given, keepRuns: true }, command, ['resume']).slice(0, 2), [
      'DATA',
      '--learning-rate',
    ]);
  assert.deepEqual(givenBeside(given, train, ['resume', 'data']), ['--learning-rate', '--no-flip']);
  assert.deepEqual(givenBeside({ resume: 'search', minutes: 3 }, tune, ['resume', 'minutes']), []);
  assert.deepEqual(givenBeside({ data: [], seeds: '3', keepWeights: true }, compare, []), [
    '--seeds',
    '--keep-weights',
  ]);
  assert.deepEqual(givenBeside({ data: ['photos'] }, compare, []), ['DATA']);
});
