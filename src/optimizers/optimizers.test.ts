import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readGolden } from '../../test/helpers/golden.js';
import { optimizersSchema } from '../../test/helpers/golden-schemas.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { worstError } from '../../test/helpers/samples.js';
import { interpret } from '../graph/interpret.js';
import { input, scalar } from '../graph/value.js';
import { adam, adamw } from './adam.js';
import { optimizers } from './index.js';
import type { Optimizer } from './optimizer.js';
import { constant, cosine, cosine716, multiStep, type Schedule, schedules, warmUp } from './schedules.js';
import { sgd } from './sgd.js';

const golden = readGolden('optimizers', optimizersSchema);

describe('optimizers follow PyTorch for twenty steps', () => {
  for (const { name, kind, options, trajectory } of golden.optimizers)
    test(name, () => {
      const followed = follow(
        optimizerOf(kind, options),
        options.lr,
        options.weight_decay ?? 0,
        trajectory.length,
      );
      followed.forEach((parameter, step) => {
        const error = worstError(parameter, trajectory[step] ?? []);
        // The graph's constants (1 - beta2 and the like) are single-precision numbers.
        assert.ok(error < 2e-6, `step ${step + 1}: relative error ${error}`);
      });
    });
});

describe('the optimizers of the command line, with their defaults', () => {
  // SGD has Nesterov's momentum of 0.9, as the paper; Adam and AdamW are PyTorch's defaults.
  const expected: Readonly<Record<keyof typeof optimizers, string>> = {
    sgd: 'sgd-nesterov',
    adam: 'adam',
    adamw: 'adamw',
  };
  for (const [name, make] of Object.entries(optimizers))
    test(`${name} is PyTorch's`, () => {
      const like = golden.optimizers.find(
        (one) => one.name === Object.entries(expected).find(([key]) => key === name)?.[1],
      );
      assert.ok(like !== undefined, `what ${name} should be like`);
      const { options, trajectory } = like;
      follow(make(), options.lr, options.weight_decay ?? 0, trajectory.length).forEach((parameter, step) => {
        assert.ok(worstError(parameter, trajectory[step] ?? []) < 2e-6, `step ${step + 1}`);
      });
    });
});

describe('schedules', () => {
  for (const { name, total, values, ...options } of golden.schedules.filter(
    ({ name }) => !name.endsWith('absolute'),
  ))
    test(`${name} agrees with PyTorch`, () => {
      const schedule = scheduleOf(name, options, total);
      values.forEach((value, step) => {
        assert.ok(Math.abs(schedule(step, total) - value) < 1e-9, `step ${step}`);
      });
    });

  for (const [name, schedule] of Object.entries(schedules))
    test(`${name} starts at 1 and never leaves [0, 1]`, () => {
      assert.equal(schedule(0, 100), 1);
      for (let step = 0; step < 100; step++) assert.ok(schedule(step, 100) >= 0 && schedule(step, 100) <= 1);
    });

  test('constant is constant', () => assert.equal(constant(77, 100), 1));
});

type Kind = (typeof golden.optimizers)[number]['kind'];
type Options = (typeof golden.optimizers)[number]['options'];

function optimizerOf(kind: Kind, { momentum = 0, nesterov = false, betas, eps }: Options): Optimizer {
  if (kind === 'SGD') return sgd({ momentum, nesterov });
  const [beta1 = 0.9, beta2 = 0.999] = betas ?? [];
  const moments = { beta1, beta2, epsilon: eps ?? 1e-8 };
  return kind === 'Adam' ? adam(moments) : adamw(moments);
}

function scheduleOf(
  name: string,
  options: Pick<(typeof golden.schedules)[number], 'milestones' | 'gamma' | 'warmup'>,
  total: number,
): Schedule {
  if (name === 'multiStep')
    return multiStep(
      options.milestones?.map((step) => step / total),
      options.gamma,
    );
  if (name === 'cosine') return cosine;
  return options.warmup === undefined ? cosine716 : warmUp(cosine716, options.warmup);
}

/** The update graph, evaluated in double precision step after step. */
function follow(
  optimizer: Optimizer,
  learningRate: number,
  weightDecay: number,
  steps: number,
): Float64Array[] {
  const initial = tensorOf(golden.initial);
  const gradients = tensorOf(golden.gradients);
  const size = initial.data.length;
  const type = { dtype: 'float32', shape: [size] } as const;
  const scalars = Object.keys(optimizer.scalars(1));
  const updated = optimizer.update({
    parameter: input('parameter', type),
    gradient: input('gradient', type),
    slots: new Map(optimizer.slots.map((slot) => [slot, input(slot, type)])),
    learningRate: scalar(learningRate),
    weightDecay,
    scalar: (name) => input(name, { dtype: 'float32', shape: [] }),
  });
  const state = new Map<string, Float64Array>([['parameter', Float64Array.from(initial.data)]]);
  for (const slot of optimizer.slots) state.set(slot, new Float64Array(size));
  return Array.from({ length: steps }, (_, step) => {
    const feeds = new Map(state);
    feeds.set('gradient', Float64Array.from(gradients.data.subarray(step * size, (step + 1) * size)));
    for (const name of scalars)
      feeds.set(name, Float64Array.of(optimizer.scalars(step + 1)[name] ?? Number.NaN));
    const names = ['parameter', ...updated.slots.keys()];
    const next = interpret([updated.parameter, ...updated.slots.values()], feeds);
    names.forEach((name, i) => {
      state.set(name, next[i] ?? new Float64Array());
    });
    return state.get('parameter') ?? new Float64Array();
  });
}
