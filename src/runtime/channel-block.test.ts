import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdarandError } from '../errors.js';
import { measureChannelBlock } from './channel-block.js';
import type { Session } from './driver.js';
import { failed } from './failed.js';
import { bindingDriver } from './node.js';

/** A session that writes the numbers as blocks of so many channels lie in memory, or fails. */
function session(block: number | Error) {
  const released = { count: 0 };
  const opened: Session = {
    inputNames: ['x'],
    outputNames: ['y'],
    async run(_, outputs) {
      if (block instanceof Error) throw block;
      const data = outputs.get('y')?.data;
      assert.ok(data !== undefined);
      for (let i = 0; i < data.length; i++) {
        const [pixel, channel] = [
          Math.floor(i / block) % 2,
          Math.floor(i / (2 * block)) * block + (i % block),
        ];
        data[i] = 2 * channel + pixel;
      }
    },
    async release() {
      released.count++;
    },
  };
  return { opened, released };
}

test('the block is read from where the second pixel lies', async () => {
  for (const [block, expected] of [
    [8, 8],
    [16, 16],
    [4, undefined],
  ] as const) {
    const { opened, released } = session(block);
    assert.equal(await measureChannelBlock(async () => opened), expected);
    assert.equal(released.count, 1);
  }
});

test('a processor without the layout has none; any other failure is told, and nothing stays open', async () => {
  const unknown = failed(
    'compile the network',
    new Error('Fatal error: com.microsoft.nchwc:ReorderInput(-1) is not a registered function/op'),
  );
  assert.equal(await measureChannelBlock(() => Promise.reject(unknown)), undefined);
  for (const other of [
    failed('compile the network', new Error('bad_alloc')),
    failed('compile the network', new Error('the file is damaged')),
    new AdarandError('device.unavailable', 'the library of ReorderInput cannot be loaded', 'Install it.'),
    new TypeError('a bug'),
  ])
    await assert.rejects(
      measureChannelBlock(() => Promise.reject(other)),
      other,
    );
  const failure = new Error('the run failed');
  const { opened, released } = session(failure);
  await assert.rejects(
    measureChannelBlock(async () => opened),
    failure,
  );
  assert.equal(released.count, 1);
});

test('the binding opens no session for a device that it does not have', async () => {
  for (const device of ['wasm', 'cuda'] as const)
    await assert.rejects(bindingDriver.createSession(new Uint8Array(), { device }), {
      code: 'device.unavailable',
      message: new RegExp(`does not compute on ${device}`),
    });
});
