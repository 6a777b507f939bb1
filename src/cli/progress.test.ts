import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FolderReport } from '../data/index.js';
import type { RunEvent } from '../run/events.js';
import { createProgress } from './progress.js';

const report: FolderReport = {
  name: 'photos',
  path: 'photos',
  classes: [],
  imbalance: 1,
  cutFromTrain: [],
  valFolds: 1,
  ignored: new Map(),
  damaged: [],
  nested: [],
  blank: [],
  duplicates: [],
  leakage: [],
  contradictory: [],
  near: { groups: [], apart: [], limit: 0, leakage: [], contradictory: [] },
  singletons: [],
  alike: [],
};

const events: readonly RunEvent[] = [
  { type: 'phase', phase: 'train' },
  { type: 'run', path: 'runs/x', step: 0, settings: { learning_rate: 0.003 } },
  { type: 'step', epoch: 1, step: 1, totalSteps: 2, metrics: { loss: 1.5, images_per_second: 12.34 } },
  {
    type: 'epoch',
    epoch: 1,
    epochs: 10,
    step: 2,
    best: true,
    metrics: { loss: 1.25, accuracy: 0.5, val_accuracy: 0.75 },
  },
];

function shown(isTTY: boolean): string {
  let text = '';
  const output = { isTTY, columns: 60, write: (more: string) => (text += more) };
  const { CI } = process.env;
  delete process.env.CI;
  const progress = createProgress({ json: false, output });
  for (const event of events) progress.onEvent(event);
  progress.end();
  if (CI !== undefined) process.env.CI = CI;
  return text;
}

test('a pipe gets plain lines: the run, its epochs, steps only now and then', () => {
  assert.equal(
    shown(false),
    'run runs/x\n  learning rate 0.003\nepoch  1/10  loss 1.250  train 50.0 %  val 75.0 %  best so far\n',
  );
});

test('what the loss does not reach is named, the first five of many', () => {
  let text = '';
  const progress = createProgress({ json: false, output: { write: (more: string) => (text += more) } });
  progress.onEvent({ type: 'untrained', names: ['a', 'b', 'c', 'd', 'e', 'f', 'g'], trained: 3 });
  assert.equal(
    text,
    'the loss does not depend on 7 of 10 tensors, which stay as they are: a, b, c, d, e and 2 more\n',
  );
});

test('validation has the balanced accuracy beside it where the training images are unbalanced', () => {
  const epochLine = (imbalance: number) => {
    let text = '';
    const progress = createProgress({ json: false, output: { write: (more: string) => (text += more) } });
    for (const ratio of [imbalance, 1])
      progress.onEvent({ type: 'data', lines: [], report: { ...report, imbalance: ratio } });
    const metrics = { loss: 1.25, accuracy: 0.5, val_accuracy: 0.75, val_balanced_accuracy: 0.5 };
    progress.onEvent({ type: 'epoch', epoch: 1, epochs: 2, step: 2, best: false, metrics });
    return text;
  };
  assert.equal(epochLine(4), 'epoch 1/2  loss 1.250  train 50.0 %  val 75.0 % (balanced 50.0 %)\n');
  assert.equal(epochLine(2), 'epoch 1/2  loss 1.250  train 50.0 %  val 75.0 %\n');
});

test('a terminal gets one line that is redrawn, never wider than the window', () => {
  const text = shown(true);
  assert.ok(text.includes('\r\u001b[Ktraining ...'));
  assert.ok(text.endsWith('\r\u001b[K'));
  for (const line of text.split(/[\r\n]/)) assert.ok(line.replace('\u001b[K', '').length <= 80);
});

test('answers are printed as they come, and errors beside them', () => {
  let [text, said] = ['', ''];
  const output = { write: (more: string) => (text += more) };
  const errors = { write: (more: string) => (said += more) };
  const progress = createProgress({ json: false, output, errors });
  const classes = [
    { name: 'red', probability: 0.875 },
    { name: 'blue', probability: 0.125 },
  ];
  progress.onEvent({ type: 'prediction', image: 'a.jpg', classes });
  assert.equal(text, 'a.jpg: red 87.5 %, blue 12.5 %\n');
  const error = { code: 'predict.no-image', message: 'b.jpg does not exist' };
  progress.onEvent({ type: 'prediction', image: 'b.jpg', error });
  progress.onEvent({ type: 'prediction', image: 'c.jpg', error: { ...error, hint: 'Look.' } });
  assert.equal(said, 'b.jpg does not exist\nb.jpg does not exist\nhint: Look.\n');
  assert.equal(text, 'a.jpg: red 87.5 %, blue 12.5 %\n');
});

test('a download is told in bytes, with the time that is left', (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  let text = '';
  const progress = createProgress({ json: false, output: { write: (more: string) => (text += more) } });
  for (const done of [10e6, 20e6, 40e6]) {
    now += 6000;
    progress.onEvent({ type: 'progress', phase: 'download', done, total: 44.6e6 });
  }
  assert.equal(
    text,
    'downloading the model: 10.0 of 44.6 MB\n' +
      'downloading the model: 20.0 of 44.6 MB, 15 s left\n' +
      'downloading the model: 40.0 of 44.6 MB, 1.8 s left\n',
  );
});
