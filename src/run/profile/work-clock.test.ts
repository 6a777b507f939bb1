import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { float32 } from '../../graph/tensor.js';
import type { Driver } from '../../runtime/driver.js';
import { type Profile, runParts, sumOf, totalOf } from './profile.js';
import { timedDriver } from './timed.js';
import { WorkClock } from './work-clock.js';

/** A clock whose time passes when it is told to. */
function stopped(began = 0) {
  const time = { now: began };
  const clock = new WorkClock(began, () => time.now);
  const pass = (milliseconds: number) => {
    time.now += milliseconds;
  };
  return { clock, pass };
}

/** The parts that took time, in milliseconds: all, and inside ONNX Runtime. */
function spent(profile: Profile): Record<string, readonly [number, number]> {
  const taken = runParts.filter((part) => profile[part].seconds > 0);
  const milliseconds = (seconds: number) => Math.round(1000 * seconds);
  return Object.fromEntries(
    taken.map((part) => {
      const { seconds, onnxruntime_seconds: inside } = profile[part];
      return [part, [milliseconds(seconds), milliseconds(inside)]];
    }),
  );
}

test('time belongs to the phase, to what was begun in it, and to ONNX Runtime', async () => {
  const { clock, pass } = stopped(100);
  pass(40);
  clock.enter('data');
  pass(300);
  clock.enter('train');
  const batches = async function* () {
    for (const batch of ['a', 'b']) {
      pass(7);
      yield batch;
    }
    pass(1);
  };
  for await (const _ of clock.imagesOf(batches())) {
    pass(2);
    await clock.running(async () => pass(50));
    const end = clock.begin('save');
    pass(3);
    end();
  }
  clock.enter('validate');
  await assert.rejects(
    clock.running(async () => {
      pass(20);
      throw new Error('of ONNX Runtime');
    }),
  );
  pass(4);
  assert.deepEqual(spent(clock.profile), {
    start: [40, 0],
    open: [300, 0],
    images: [15, 0],
    train: [104, 100],
    save: [6, 0],
    evaluate: [24, 20],
  });
});

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test('what is begun may end in any order, and calls may overlap', async () => {
  const { clock, pass } = stopped();
  clock.enter('train');
  const saved = clock.begin('save');
  const images = clock.begin('images');
  pass(1);
  saved();
  pass(2);
  images();
  pass(4);
  const first = gate();
  const second = gate();
  const calls = [clock.running(() => first.opened), clock.running(() => second.opened)];
  pass(8);
  first.open();
  await calls[0];
  pass(16);
  second.open();
  await calls[1];
  pass(32);
  assert.deepEqual(spent(clock.profile), { images: [3, 0], train: [60, 24] });
});

test('who stops asking for images ends their source', async () => {
  const { clock } = stopped();
  let isEnded = false;
  const endless = async function* () {
    try {
      for (;;) yield 1;
    } finally {
      isEnded = true;
    }
  };
  for await (const _ of clock.imagesOf(endless())) break;
  assert.ok(isEnded);
});

const phases = ['model', 'compile', 'train', 'validate', 'diagnose', 'test', 'export'] as const;
const act = fc.oneof(
  fc.record({ act: fc.constant('enter' as const), phase: fc.constantFrom(...phases) }),
  fc.record({ act: fc.constantFrom('begin' as const, 'end' as const), part: fc.constantFrom(...runParts) }),
);

test('whatever happens, the parts are together the time that has passed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(act, fc.nat(1000)), { maxLength: 40 }), (acts) => {
      const { clock, pass } = stopped();
      const ends: (() => void)[] = [];
      for (const [what, milliseconds] of acts) {
        if (what.act === 'enter') clock.enter(what.phase);
        else if (what.act === 'begin') ends.push(clock.begin(what.part));
        else ends.shift()?.();
        pass(milliseconds);
      }
      const all = acts.reduce((sum, [, milliseconds]) => sum + milliseconds, 0);
      const { seconds, onnxruntime_seconds: inside } = totalOf(clock.profile);
      assert.ok(Math.abs(seconds - all / 1000) < 1e-9);
      assert.equal(inside, 0);
      assert.ok(Math.abs(totalOf(sumOf([clock.profile, clock.profile])).seconds - (2 * all) / 1000) < 1e-9);
    }),
  );
});

test('a driver that is timed does the same, and says when it runs', async () => {
  const { clock, pass } = stopped();
  const said: unknown[] = [];
  const driver: Driver = {
    name: 'a driver',
    memory: async () => ({
      allocate: (type) => ({ ...type, release() {} }),
      async copy(from, to) {
        pass(1);
        said.push([from, to]);
      },
    }),
    channelBlock: async () => 16,
    memoryLimit: async () => 5,
    createSession: async (_, options) => {
      pass(100);
      said.push(options);
      return {
        inputNames: ['x'],
        outputNames: ['y'],
        run: async (feeds, fetches) => {
          pass(10);
          said.push([feeds, fetches]);
        },
        release: async () => void said.push('released'),
      };
    },
  };
  const timed = timedDriver(driver, clock);
  assert.deepEqual(
    [timed.name, await timed.channelBlock('cpu'), await timed.memoryLimit('cpu')],
    ['a driver', 16, 5],
  );
  clock.enter('compile');
  const session = await timed.createSession(new Uint8Array(), { device: 'cpu', threads: 3 });
  assert.deepEqual([session.inputNames, session.outputNames], [['x'], ['y']]);
  clock.enter('train');
  const [feeds, fetches] = [new Map(), new Map()];
  await session.run(feeds, fetches);
  await session.release();
  const memory = await timed.memory('webgpu');
  const tensor = memory?.allocate({ dtype: 'float32', shape: [2] });
  assert.deepEqual(tensor?.shape, [2]);
  await memory?.copy([float32([2], [1, 2])], tensor ? [tensor] : []);
  assert.deepEqual(said.slice(0, 3), [{ device: 'cpu', threads: 3 }, [feeds, fetches], 'released']);
  assert.deepEqual(said[3], [[float32([2], [1, 2])], [tensor]]);
  assert.deepEqual(spent(clock.profile), { compile: [100, 0], train: [11, 11] });
});
