import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdarandError } from '../../errors.js';
import { parseOptions } from '../../run/options/parse-options.js';
import { tuneOptionsSchema } from '../../run/options/tune-options.js';
import { plannedCount } from './budget.js';
import type { TuneRecord } from './record.js';

/** After the first run of one method: two epochs of ten seconds. */
function recordOf(minutes: number, folds: number): TuneRecord {
  const request = parseOptions(tuneOptionsSchema, { data: 'd', model: 'm', minutes, epochs: 18 });
  const tried = {
    run: 'trials/adarand-0-0-0',
    method: 'adarand',
    configuration: 0,
    learning_rate: 1,
    lambda: 1,
    augment: 'crop',
    label_smoothing: 0,
    epochs: 2,
    stage: 0,
    fold: 0,
    val_accuracy: 0.5,
    val_loss: 1,
    val_images: 10,
    probe_val_accuracy: null,
    best_epoch: 1,
    seconds: 20,
    seconds_per_epoch: 10,
  } as const;
  return { version: 2, request, folds, seconds: 20, tried: [tried] };
}

function refusalOf(minutes: number, folds: number): { least: number; enough: number; hint: string } {
  try {
    plannedCount(recordOf(minutes, folds), 'runs/found');
  } catch (error) {
    assert.ok(error instanceof AdarandError && error.code === 'tune.budget', String(error));
    const { hint = '' } = error;
    const [, least] = /take about ([\d.]+) minutes here/.exec(error.message) ?? [];
    const [, enough] = /^Continue with: .* tune --resume runs\/found --minutes ([\d.]+)\. /.exec(hint) ?? [];
    return { least: Number(least), enough: Number(enough), hint };
  }
  return assert.fail(`${minutes} minutes are enough`);
}

test('too few minutes are told with as many as suffice, and little more', () => {
  for (const folds of [1, 3]) {
    const { least, enough } = refusalOf(1, folds);
    assert.ok(enough > least && enough <= 1.1 * least + 0.1, `${least}, ${enough}`);
    assert.ok(plannedCount(recordOf(enough, folds), 'runs/found') >= 2);
  }
});

test('one cut of the validation images is named where several are what takes time', () => {
  assert.ok(!refusalOf(1, 1).hint.includes('--folds'));
  const { least, hint } = refusalOf(1, 3);
  const [, ofOne] =
    /Or start again with --folds 1, for about ([\d.]+) minutes, or with fewer --epochs\.$/.exec(hint) ?? [];
  assert.equal(Number(ofOne), refusalOf(1, 1).least);
  assert.ok(Number(ofOne) < least);
});
