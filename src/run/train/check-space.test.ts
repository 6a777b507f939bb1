import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { checkSpace, spaceNeeded } from './check-space.js';

test('a run needs its checkpoints, and beside them a new one or the model, less what is there', () => {
  const fresh = { checkpoint: 300, model: 100, checkpoints: 2, written: 0, epochsLeft: 2 } as const;
  assert.equal(spaceNeeded(fresh), 900);
  assert.equal(spaceNeeded({ ...fresh, checkpoints: 1 }), 600);
  assert.equal(spaceNeeded({ ...fresh, epochsLeft: 1 }), 700, 'of one epoch, nothing is replaced');
  assert.equal(spaceNeeded({ ...fresh, model: 1000 }), 1600, 'of a network that is not trained itself');
  const resumed = { ...fresh, written: 600 };
  assert.equal(spaceNeeded(resumed), 300);
  assert.equal(spaceNeeded({ ...resumed, epochsLeft: 1 }), 300);
  assert.equal(spaceNeeded({ ...resumed, epochsLeft: 0 }), 100);
});

test('what no disk holds is refused with both figures; where nothing is known, nothing is', async () => {
  await checkSpace(tmpdir(), 1);
  await checkSpace('/nowhere/at/all', 1e30);
  await assert.rejects(checkSpace(tmpdir(), 5e18), {
    code: 'files.disk-full',
    message: /takes 5000000000\.0 GB for checkpoints and the model, and its disk has [\d.]+ [kMG]B left$/,
  });
  await assert.rejects(checkSpace(tmpdir(), 1, 5e18), {
    code: 'files.disk-full',
    message: /takes 5000000000\.0 GB for checkpoints, features and the model, and its disk has/,
  });
});
