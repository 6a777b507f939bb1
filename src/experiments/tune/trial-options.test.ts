import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MethodName, methods } from '../../methods/index.js';
import { parseOptions } from '../../run/options/parse-options.js';
import { tuneOptionsSchema } from '../../run/options/tune-options.js';
import type { Configuration } from './configuration.js';
import type { TriedRun } from './record.js';
import { trialOptions } from './trial-options.js';

const configuration: Configuration = {
  learningRate: 3,
  lambda: 0.1,
  augment: 'default',
  epochs: 0.25,
  labelSmoothing: 0.1,
};

function standard(method: MethodName): TriedRun {
  return {
    run: 'trials/0',
    method,
    configuration: 0,
    learning_rate: 0.01,
    lambda: methods[method].defaultLambda,
    augment: 'crop',
    label_smoothing: 0,
    epochs: 7,
    stage: 1,
    fold: 0,
    val_accuracy: 0.5,
    val_loss: 1,
    val_images: 10,
    probe_val_accuracy: null,
    best_epoch: 1,
    seconds: 1,
    seconds_per_epoch: 1,
  };
}

function optionsOf(given: object, { method = 'fnp', number = 3 }: { method?: MethodName; number?: number }) {
  const request = parseOptions(tuneOptionsSchema, { data: 'photos', model: 'network', ...given });
  const record = { version: 2, request, seconds: 1, tried: [standard(method)] } as const;
  const trial = { method, number, configuration, stage: 1, epochs: 7, fold: 2 };
  return trialOptions(trial, { ...record, tried: [...record.tried] }, methods[method].bind());
}

test('a configuration is relative to what the defaults are', () => {
  const { epochs, learningRate, lambda, augment, labelSmoothing, valFold, test } = optionsOf({}, {});
  assert.deepEqual(
    { epochs, learningRate, lambda, augment, labelSmoothing, valFold, test },
    {
      epochs: 2,
      learningRate: 0.03,
      lambda: 0.1,
      augment: 'crop',
      labelSmoothing: 0.1,
      valFold: 2,
      test: false,
    },
  );
});

test('what is given is not searched', () => {
  const given = { epochs: 20, learningRate: 0.5, lambda: 2, augment: 'none', labelSmoothing: 0 };
  const { epochs, learningRate, lambda, augment, labelSmoothing } = optionsOf(given, {});
  assert.deepEqual({ epochs, learningRate, lambda, augment, labelSmoothing }, { ...given, epochs: 7 });
});

test('the defaults are the defaults, with all epochs of their stage', () => {
  const { epochs, learningRate, lambda, labelSmoothing } = optionsOf({}, { number: 0 });
  assert.deepEqual([epochs, learningRate, lambda, labelSmoothing], [7, undefined, undefined, undefined]);
});

test('a method without a penalty has no lambda, and one with its own task loss smooths no labels', () => {
  assert.equal(optionsOf({}, { method: 'fine-tuning' }).lambda, undefined);
  assert.equal(optionsOf({}, { method: 'core-tuning' }).labelSmoothing, undefined);
});
