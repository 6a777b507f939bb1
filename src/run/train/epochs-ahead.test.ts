import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EpochsAhead } from './epochs-ahead.js';

/** Items `EPOCH.ITEM`, three an epoch, and what happens to their sources. */
function numbered(epochs: number) {
  const said: string[] = [];
  const ahead = new EpochsAhead(
    async function* (epoch, from) {
      said.push(`begin ${epoch}`);
      try {
        for (let item = from; item < 3; item++) yield `${epoch}.${item}`;
      } finally {
        said.push(`end ${epoch}`);
      }
    },
    { epochs, length: 3 },
  );
  /** Takes so many, as a trainer does: it leaves when it has had enough. */
  const take = async (epoch: number, from = 0, count = 3 - from) => {
    const items: string[] = [];
    for await (const item of ahead.epoch(epoch, from)) {
      items.push(item);
      if (items.length === count) break;
    }
    return items;
  };
  return { said, ahead, take };
}

test('an epoch that was begun before has the same items, and its source is begun and ended once', async () => {
  const { said, ahead, take } = numbered(3);
  assert.deepEqual(await take(0), ['0.0', '0.1', '0.2']);
  ahead.begin();
  ahead.begin();
  assert.deepEqual(said, ['begin 0', 'end 0', 'begin 1']);
  assert.deepEqual(await take(1), ['1.0', '1.1', '1.2']);
  assert.deepEqual(await take(2), ['2.0', '2.1', '2.2']);
  assert.deepEqual(said, ['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2']);
});

test('no epoch is begun after the last one, nor after a part of one', async () => {
  const { said, ahead, take } = numbered(2);
  ahead.begin();
  assert.deepEqual(await take(0, 0, 2), ['0.0', '0.1']);
  ahead.begin();
  assert.deepEqual(await take(0, 2), ['0.2']);
  ahead.begin();
  assert.deepEqual(await take(1), ['1.0', '1.1', '1.2']);
  ahead.begin();
  assert.deepEqual(said, ['begin 0', 'end 0', 'begin 0', 'end 0', 'begin 1', 'end 1']);
});

test('another epoch than the one that was begun is made from where it is asked for', async () => {
  const { ahead, take } = numbered(9);
  await take(0);
  ahead.begin();
  assert.deepEqual(await take(1, 1), ['1.1', '1.2']);
  ahead.begin();
  assert.deepEqual(await take(5), ['5.0', '5.1', '5.2']);
});

test('what fails before it is asked for fails then', async () => {
  const ahead = new EpochsAhead(
    async function* (epoch) {
      if (epoch === 1) throw new Error('of the second epoch');
      yield epoch;
    },
    { epochs: 2, length: 1 },
  );
  for await (const item of ahead.epoch(0, 0)) assert.equal(item, 0);
  ahead.begin();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await assert.rejects(ahead.epoch(1, 0).next(), /of the second epoch/);
});
