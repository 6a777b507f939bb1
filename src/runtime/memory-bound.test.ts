import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { memorySteps } from '../../test/helpers/memory-steps.js';
import { add } from '../graph/operators/add.js';
import { exp } from '../graph/operators/exp.js';
import { matmul } from '../graph/operators/matmul.js';
import { mul } from '../graph/operators/mul.js';
import { reshape } from '../graph/operators/reshape.js';
import { input, scalar, type Value } from '../graph/value.js';
import { checkMemory } from './check-memory.js';
import { fedAndRead, memoryBound } from './memory-bound.js';

const floats = (name: string, ...shape: number[]) => input(name, { dtype: 'float32', shape });
const bytesFor = (outputs: Readonly<Record<string, Value>>) => memoryBound(new Map(Object.entries(outputs)));

test('what goes in and out counts, and the largest of what is in between', () => {
  const x = floats('x', 10, 10);
  assert.equal(bytesFor({ y: exp(x) }), 400 + 400);
  const wide = matmul(x, floats('w', 10, 100)); // [10,100]
  const y = matmul(exp(wide), floats('v', 100, 1)); // [10,1]
  assert.equal(bytesFor({ y }), 400 + 4000 + 400 + 40 + 4000);
  assert.equal(bytesFor({ y, wide }), 400 + 4000 + 400 + 40 + 4000 + 4000, 'and the exponentials');
});

test('what is fed and read is known before a graph is lowered', () => {
  const x = floats('x', 10, 10);
  const y = matmul(exp(matmul(x, floats('w', 10, 100))), scalar(1, [100, 1]));
  assert.equal(fedAndRead(new Map([['y', y]])), 400 + 4000 + 40);
});

test('what is needed before an output and after it must be there with it', () => {
  const x = floats('x', 100);
  const [a, b] = [exp(x), exp(exp(x))];
  const loss = matmul(reshape(a, [1, 100]), reshape(b, [100, 1]));
  // The gradients read a and b again; a view of a is not another a.
  const scale = reshape(loss, [1]);
  const again = mul(mul(a, scale), mul(b, scale));
  assert.equal(
    bytesFor({ loss, again: mul(again, reshape(reshape(a, [1, 100]), [100])) }),
    400 + 4 + 400 + 400 + 400,
  );
  assert.equal(bytesFor({ loss }), 400 + 4 + 400, 'without them, one at a time is enough');
  assert.equal(bytesFor({ sum: add(x, x) }), 400 + 400);
});

for (const [i, { backbone, batchSize, imageSize }] of memorySteps.entries())
  test(`${backbone}: ${batchSize} images of ${imageSize} take more than the bound, and not ten times as much`, async () => {
    const program = fileURLToPath(new URL('../../test/helpers/measured-memory.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program, String(i)]);
    const { bound, taken } = z.object({ bound: z.number(), taken: z.number() }).parse(JSON.parse(stdout));
    assert.ok(bound < taken && taken < 10 * bound, `${bound} and ${taken}`);
  });

test('more than there can be is refused with both figures', () => {
  checkMemory(8e9, 8e9);
  checkMemory(8e9, undefined);
  assert.throws(() => checkMemory(1.25e10, 8e9), {
    code: 'runtime.memory',
    message: 'one batch takes at least 12.5 GB of memory, and there can be 8.0 GB',
  });
  assert.throws(() => checkMemory(1.6e13, 2.53e10), { message: /at least 16000 GB .* 25\.3 GB$/ });
});
