import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import { gradientDistance, readGolden } from './golden.js';
import {
  adarandTrainingSchema,
  type GradientSummary,
  gradientsSchema,
  methodsSchema,
  optimizersSchema,
  priorSchema,
  randomSchema,
  trainingSchema,
} from './golden-schemas.js';
import { dotWithSigns, lcg } from './lcg.js';

const schemas: Readonly<Record<string, z.ZodType>> = {
  'gradients-resnet20-relu': gradientsSchema,
  'gradients-resnet20-silu': gradientsSchema,
  'gradients-vit': gradientsSchema,
  'gradients-mobilenetv2-relu6': gradientsSchema,
  'gradients-mobilenetv2-silu': gradientsSchema,
  'training-sgd': trainingSchema,
  'training-adamw': trainingSchema,
  'training-adarand': adarandTrainingSchema,
  'prior-paper': priorSchema,
  'prior-article': priorSchema,
  'prior-squaredCosine': priorSchema,
  methods: methodsSchema,
  optimizers: optimizersSchema,
  random: randomSchema,
};

for (const [name, schema] of Object.entries(schemas)) {
  test(`${name}.json follows its schema`, () => {
    readGolden(name, schema);
  });
}

test('gradientDistance is 0 for the gradient itself and near the truth for a disturbed one', () => {
  const seeds = [101, 202, 303, 404];
  for (const size of [1, 10, 1000, 30000]) {
    const gradient = lcg(1, size);
    const golden = summarise(gradient, seeds);
    assert.equal(gradientDistance(golden, seeds, gradient), 0);
    const disturbance = lcg(2, size).map((value) => value / 1024);
    const disturbed = gradient.map((value, i) => value + (disturbance[i] ?? 0));
    const ratio = gradientDistance(golden, seeds, disturbed) / Math.hypot(...disturbance);
    assert.ok(ratio > 0.5 && ratio < 2.5, `size ${size}: ratio ${ratio}`);
  }
});

function summarise(gradient: Float32Array, seeds: readonly number[]): GradientSummary {
  const count = Math.min(48, gradient.length);
  const indices = Array.from({ length: count }, (_, i) => Math.floor((i / count) * gradient.length));
  return {
    name: 'gradient',
    shape: [gradient.length],
    seed: 1,
    scale: 1,
    offset: 0,
    norm: Math.hypot(...gradient),
    dots: seeds.map((seed) => dotWithSigns(gradient, seed)),
    indices,
    values: indices.map((index) => gradient[index] ?? 0),
    float32Distance: 0,
  };
}
