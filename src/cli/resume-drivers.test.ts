import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { jsonLines, startWith, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';

/** Ways to ONNX Runtime other than the default one, of which `resume.test.ts` is. */
const ways = [
  { name: 'the Node binding', environment: { ADARAND_RUNTIME: 'binding' }, device: 'cpu' },
  { name: 'wasm', environment: {}, device: 'wasm' },
] as const;

describe('killed inside an epoch and resumed, a run ends with the same bytes', () => {
  const folder = testFolder();
  const digest = async (run: string, file: string) =>
    createHash('sha256')
      .update(await readFile(folder.inside(run, file)))
      .digest('hex');

  before(async () => {
    await writeImages(folder.inside('colours'), 8);
    await writeModel(folder.inside('tiny.onnx'));
  });

  for (const { name, environment, device } of ways)
    test(`by ${name}`, async () => {
      const begin = (out: string, ...more: string[]) =>
        startWith(environment, folder.path, 'train', 'colours', ...options, '--out', out, ...more);
      const options = [
        '--model',
        'tiny.onnx',
        '--no-tensorboard',
        '--epochs',
        '4',
        '--device',
        device,
        '--json',
      ];
      const [whole, killed] = [`whole-${device}`, `killed-${device}`];
      const reference = await begin(whole).ended;
      assert.equal(reference.code, 0, reference.stderr);

      const running = begin(killed, '--checkpoint-seconds', '0.01');
      await running.line(/"step":7,/);
      process.kill(Number.parseInt(await readFile(folder.inside(killed, '.lock'), 'utf8'), 10), 'SIGKILL');
      assert.equal((await running.ended).code, 1);

      const resumed = await startWith(environment, folder.path, 'train', '--resume', killed, '--json').ended;
      assert.equal(resumed.code, 0, resumed.stderr);
      const [first] = jsonLines(resumed.stdout).filter(({ type }) => type === 'run');
      assert.ok(Number(first?.step) > 0, 'it began again instead of continuing');
      for (const file of ['model.onnx', 'checkpoints/last.safetensors', 'checkpoints/best.safetensors'])
        assert.equal(await digest(killed, file), await digest(whole, file), file);
    });
});
