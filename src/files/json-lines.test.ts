import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { JsonLines, readJsonLines, readWholeJsonLines } from './json-lines.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adarand-lines-'));
  path = join(folder, 'metrics.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const stepOf = (line: unknown) =>
  typeof line === 'object' && line !== null && 'step' in line ? Number(line.step) : NaN;

test('appends one line per value, and continues an existing file', async () => {
  for (const step of [1, 2]) {
    const lines = await JsonLines.open(path);
    lines.append({ step, note: 'two\nlines' });
    lines.close();
  }
  const first = '{"step":1,"note":"two\\nlines"}\n';
  assert.equal(await readFile(path, 'utf8'), first + first.replace('1', '2'));
});

test('resuming cuts a half-written line and the lines after the checkpoint', async () => {
  await writeFile(path, '{"step":1}\n{"step":2}\n{"step":3}\n{"step":4,"lo');
  assert.deepEqual((await readJsonLines(path)).map(stepOf), [1, 2, 3]);
  const lines = await JsonLines.open(path, (line) => stepOf(line) <= 2);
  lines.append({ step: 3, again: true });
  lines.close();
  assert.equal(await readFile(path, 'utf8'), '{"step":1}\n{"step":2}\n{"step":3,"again":true}\n');
});

test('a file that was written at once is whole, or its last line is cut', async () => {
  assert.deepEqual(await readWholeJsonLines(path), []);
  await writeFile(path, '{"step":1}\n');
  assert.deepEqual((await readWholeJsonLines(path))?.map(stepOf), [1]);
  await writeFile(path, '{"step":1}\n{"st');
  assert.equal(await readWholeJsonLines(path), undefined);
});

test('cut anywhere, the file opens to the complete lines before the cut', async () => {
  const value = fc.record({
    step: fc.nat(),
    text: fc.string(),
    loss: fc.double({ noNaN: true, noDefaultInfinity: true }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 5 }), fc.nat(), async (values, cut) => {
      const whole = Buffer.from(values.map((v) => `${JSON.stringify(v)}\n`).join(''));
      const left = whole.subarray(0, cut % (whole.length + 1));
      await writeFile(path, left);
      const lines = await JsonLines.open(path);
      lines.append('end');
      lines.close();
      const complete = left.filter((byte) => byte === 10).length;
      const expected = values.slice(0, complete).map((v) => JSON.stringify(v));
      assert.equal(await readFile(path, 'utf8'), [...expected, '"end"', ''].join('\n'));
    }),
    { numRuns: 50 },
  );
});

test('a damaged line is named; a missing file has no lines; a missing folder is a user error', async () => {
  assert.deepEqual(await readJsonLines(path), []);
  await writeFile(path, '1\n');
  await appendFile(path, 'nonsense\n3\n');
  await assert.rejects(JsonLines.open(path), { code: 'files.json-lines', message: /line 2/ });
  await assert.rejects(JsonLines.open(join(folder, 'no', 'such.jsonl')), { code: 'files.write' });
});
