import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add } from '../graph/ops.js';
import { input } from '../graph/value.js';
import { nodeDriver } from './node.js';
import { Program } from './program.js';

const x = input('x', { dtype: 'float32', shape: [2] });
const graph = { outputs: new Map([['y', add(x, x)]]), updates: new Map() };

test('what is to be done meanwhile is done before the session is there, and after it was asked for', async () => {
  const events: string[] = [];
  const driver = {
    ...nodeDriver,
    async createSession(...given: Parameters<typeof nodeDriver.createSession>) {
      events.push('asked for');
      const session = await nodeDriver.createSession(...given);
      await meanwhile;
      events.push('there');
      return session;
    },
  };
  let done = () => {};
  const meanwhile = new Promise<void>((resolve) => {
    done = resolve;
  });
  const program = await Program.compile(graph, { driver, device: 'cpu', threads: 1 }, () => {
    events.push('meanwhile');
    done();
  });
  await program.release();
  assert.deepEqual(events, ['asked for', 'meanwhile', 'there']);
});

test('what fails meanwhile is the error, and so is a session that fails', async () => {
  const failing = () => {
    throw new Error('no memory');
  };
  const options = { driver: nodeDriver, device: 'cpu', threads: 1 } as const;
  await assert.rejects(Program.compile(graph, options, failing), /no memory/);
  const driver = { ...nodeDriver, createSession: () => Promise.reject(new Error('no session')) };
  await assert.rejects(Program.compile(graph, { ...options, driver }), /no session/);
});
