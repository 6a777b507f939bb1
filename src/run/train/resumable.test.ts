import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdarandError } from '../../errors.js';
import { failed } from '../../runtime/failed.js';
import { inAnotherRun, resumable } from './resumable.js';

const run = (batchSize: number, accumulate: number) => ({ settings: { batchSize }, options: { accumulate } });
const outOfMemory = failed('run the network', new Error('CUDA failure 2: out of memory'));

function hintOf(error: unknown): string {
  assert.ok(error instanceof AdarandError);
  return error.hint ?? '';
}

test('where memory runs out, the next smaller batch is named, with as many images to an update', () => {
  const hint = (batchSize: number, accumulate: number) =>
    hintOf(inAnotherRun(outOfMemory, run(batchSize, accumulate)));
  assert.equal(
    hint(32, 1),
    'Start another run with --batch-size 16 --accumulate 2, or a smaller --image-size.',
  );
  assert.match(hint(16, 4), /--batch-size 8 --accumulate 8,/);
  assert.match(hint(5, 2), /--batch-size 2 --accumulate 5,/);
  assert.equal(hint(1, 1), 'Start another run with a smaller --image-size, or another --model.');
});

test('a run that had begun goes on with fewer images at a time, or from its checkpoint as it was', () => {
  const command = 'adarand train --resume runs/photos';
  const go = { command, withFewerImages: `${command} --micro-batch 16`, step: 7 };
  assert.equal(
    hintOf(resumable(outOfMemory, go)),
    'Go on with fewer images at a time: adarand train --resume runs/photos --micro-batch 16   ' +
      'Or free memory, and continue as it was: adarand train --resume runs/photos',
  );
  assert.match(
    hintOf(resumable(outOfMemory, { ...go, withFewerImages: undefined })),
    /Then continue from the last checkpoint: adarand train --resume runs\/photos$/,
  );
  const lost = failed('run the network', new Error('WebGPU device lost (1): gone'));
  assert.match(
    hintOf(resumable(lost, go)),
    /Then continue from the last checkpoint: adarand train --resume runs\/photos$/,
  );
  const other = failed('run the network', new Error('no kernel'));
  assert.equal(resumable(other, go), other);
});
