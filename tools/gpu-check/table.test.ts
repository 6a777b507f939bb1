import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckResult } from './result.js';
import { asText } from './table.js';

const result: CheckResult = {
  date: '2026-01-02T03:04:05.000Z',
  machine: 'a machine, 16 threads',
  cards: ['a card, 580.1, 81559'],
  versions: { node: '20.20.2' },
  doctor: '',
  devices: ['cuda'],
  steps: [
    {
      backbone: 'resnet18',
      batch: 16,
      contestant: 'cuda, fine-tuning',
      milliseconds: [20, 19, 21],
      startSeconds: 3.25,
      deviceBytes: 1.5e9,
      lossError: 1.5e-5,
    },
    { backbone: 'resnet18', batch: 16, contestant: 'PyTorch, fine-tuning', milliseconds: [10, 9, 11] },
    { backbone: 'resnet50', batch: 32, contestant: 'cuda, fine-tuning', failed: 'no memory\nat a place' },
  ],
  jobs: [
    { contestant: 'cuda, adarand', seconds: 12.34, accuracy: 0.87654 },
    { contestant: 'webgpu, adarand', failed: 'no device' },
  ],
  resumed: [{ device: 'cuda', same: false, told: 'losses 1 and 2' }],
  seconds: 99.6,
};

test('the table has medians, the ratio to PyTorch, and what failed', () => {
  const lines = asText(result).split('\n');
  const cells = (start: string) =>
    lines
      .find((line) => line.startsWith(start))
      ?.split(/ {2,}/)
      .filter((cell) => cell !== '');
  assert.deepEqual(lines.slice(0, 3), [
    'a machine, 16 threads, 2026-01-02',
    'card: a card, 580.1, 81559 MiB',
    'node 20.20.2',
  ]);
  const expected = [
    'resnet18, 16 images',
    'cuda, fine-tuning',
    '20.0',
    '19.0-21.0',
    '800',
    '0.50',
    '1500',
    '3.3',
    '1.5e-5',
  ];
  assert.deepEqual(cells('resnet18, 16 images'), expected);
  assert.deepEqual(cells('resnet50, 32 images'), [
    'resnet50, 32 images',
    'cuda, fine-tuning',
    'failed: no memory',
  ]);
  assert.deepEqual(cells('cuda, adarand'), ['cuda, adarand', '12.3', '87.7']);
  assert.ok(lines.includes('killed and resumed on cuda: DIFFERS, losses 1 and 2'));
  assert.equal(lines.at(-1), '100 s in all');
});
