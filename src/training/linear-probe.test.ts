import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrayPrepareTools } from '../../test/helpers/prepare-tools.js';
import { linearProbe } from './linear-probe.js';

const images = {
  features: [
    [1, 0],
    [0.8, 0.1],
    [-1, 0.2],
    [-0.7, 0],
  ],
  labels: [0, 0, 1, 1],
};

/** Tools that count what is compiled and not released. */
function counted(progress: () => void) {
  const tools = arrayPrepareTools({ classes: 2, train: images, val: images });
  const open = { count: 0 };
  return {
    open,
    tools: {
      ...tools,
      progress,
      async compile(outputs: Parameters<typeof tools.compile>[0]) {
        const computation = await tools.compile(outputs);
        open.count++;
        return {
          run: computation.run,
          async release() {
            open.count--;
            await computation.release();
          },
        };
      },
    },
  };
}

test('what was compiled is released, also where a probe is stopped', async () => {
  const { tools, open } = counted(() => {});
  const { weight } = await linearProbe(tools);
  const [left = 0, , right = 0] = weight.data;
  assert.ok(left > right, `${weight.data}`);
  assert.equal(open.count, 0);

  const stopped = new Error('enough');
  const stopping = counted(() => {
    throw stopped;
  });
  await assert.rejects(linearProbe(stopping.tools), stopped);
  assert.equal(stopping.open.count, 0);
});
