import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { Api } from './api.js';
import { freeBuffersAtOnce } from './buffer-reuse.js';
import { libraryPath } from './library.js';

test('one byte is changed, once, whatever the fields beside it say', async () => {
  const api = await Api.load(await libraryPath());
  for (const disabled of [[], ['disableMemPattern'], ['disableMemPattern', 'disableCpuMemArena']] as const) {
    const options = api.make('createSessionOptions');
    for (const name of disabled) api.call(name, options);
    const fields = api.memoryAt(options, 128);
    const before = fields.slice();
    assert.equal(freeBuffersAtOnce(api, options), true);
    const changed = [...fields.keys()].filter((i) => fields[i] !== before[i]);
    assert.equal(changed.length, 1);
    const after = fields.slice();
    assert.equal(freeBuffersAtOnce(api, options), false);
    assert.deepEqual(fields, after);
    api.call('releaseSessionOptions', options);
  }
});

/** Eight passes over 32 MB, each under a shape of its own, and the same again with what came out. */
const passes = `
import { writeOnnx } from '${new URL('../../graph/onnx/write.js', import.meta.url).href}';
import { add, exp, mul, reduceSum, reshape } from '${new URL('../../graph/ops.js', import.meta.url).href}';
import { zeros } from '${new URL('../../graph/tensor.js', import.meta.url).href}';
import { input } from '${new URL('../../graph/value.js', import.meta.url).href}';
import { cApiDriver } from '${new URL('../node.js', import.meta.url).href}';
const x = zeros('float32', [2 ** 23]);
x.data.fill(-1);
const shapes = Array.from({ length: 8 }, (_, i) => [2 ** (23 - i), 2 ** i]);
const pass = (factor) =>
  shapes.map((shape) => reduceSum(exp(mul(reshape(input('x', x), shape), factor)), [0, 1])).map((sum) => reshape(sum, [1])).reduce(add);
const first = pass(2);
const model = writeOnnx({ outputs: new Map([['y', pass(mul(first, 1e-7))]]) }, 'cpu');
const session = await cApiDriver.createSession(model, { device: 'cpu', threads: 1 });
const before = process.memoryUsage().rss;
const y = zeros('float32', [1]);
await session.run(new Map([['x', x]]), new Map([['y', y]]));
console.log(JSON.stringify([process.resourceUsage().maxRSS * 1024 - before, y.data[0]]));`;

test('what nobody reads any more takes no memory until a value of its shape comes', {
  skip: process.platform !== 'linux' && 'elsewhere the most memory is counted otherwise',
}, () => {
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', passes], { encoding: 'utf8' });
  const [bytes, sum]: readonly number[] = JSON.parse(printed);
  const sumOf = (factor: number) => 8 * 2 ** 23 * Math.exp(-factor);
  assert.ok(Math.abs((sum ?? 0) / sumOf(sumOf(2) * 1e-7) - 1) < 0.02, printed);
  assert.ok((bytes ?? Number.POSITIVE_INFINITY) < 4 * 2 ** 25, `${bytes} bytes`);
});
