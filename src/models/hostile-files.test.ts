import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { backboneReferenceSchema } from '../../test/helpers/backbone-reference.js';
import { temporaryFolder, testFolder } from '../../test/helpers/cli.js';
import { readGolden } from '../../test/helpers/golden.js';
import { hostileModels, writeHostile } from '../../test/helpers/hostile-models.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { AdarandError, at } from '../errors.js';
import { parseConfig } from './config.js';
import { networkOf } from './detect.js';
import { openModel } from './open.js';

/** Of the processor, so that a busy machine changes nothing. */
const SECONDS = 1;

/** What a process may take beyond three times a file. */
const CONSTANT = 300e6;

describe('files that were made to do harm are refused in a moment', () => {
  const folder = testFolder();

  for (const [name, model] of Object.entries(hostileModels))
    test(name, async () => {
      const path = await writeHostile(join(folder.path, name), model);
      const started = process.cpuUsage();
      await assert.rejects(openModel(path), (error) => {
        assert.ok(error instanceof AdarandError, String(error));
        assert.equal(error.code, model.code, error.message);
        assert.ok(error.hint !== undefined && error.hint.length > 10, 'it has a hint');
        assert.ok(error.message.length < 1000, 'it is short');
        return true;
      });
      const { user, system } = process.cpuUsage(started);
      assert.ok((user + system) / 1e6 < SECONDS, `${(user + system) / 1e6} s`);
    });

  for (const [name, megabytes] of [
    ['a header as long as may be, of zeros', 20],
    ['a hundred thousand tensors', 6],
    ['a header with lists in lists', 8],
    ['an index of a gigabyte', 0],
    ['a million nodes without content', 2],
    ['a shape of eight million numbers', 8],
  ] as const)
    test(`${name}: in little memory`, async () => {
      const model = hostileModels[name];
      assert.ok(model !== undefined);
      const path = await writeHostile(join(folder.path, `${name}, alone`), model);
      const program = join(import.meta.dirname, '../../test/helpers/opened-memory.js');
      const { stdout } = await promisify(execFile)(process.execPath, [program, path]);
      const { code, taken } = z.object({ code: z.string(), taken: z.number() }).parse(JSON.parse(stdout));
      assert.equal(code, model.code);
      assert.ok(taken < 3e6 * megabytes + CONSTANT, `${(taken / 1e6).toFixed(0)} MB`);
    });
});

test('an argument of a configuration that holds lists in lists is refused by its name', () => {
  const { tensors = [], config } = readGolden('backbone-mobilenet-v2-timm', backboneReferenceSchema);
  const file = new Map(tensors.map((recipe) => [recipe.name, tensorOf(recipe)]));
  const deep = JSON.stringify(config).replace(
    '"model_args":{',
    `"model_args":{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  );
  const { architecture } = parseConfig(deep, 'config.json');
  assert.throws(() => networkOf(file, 'm', { config: architecture }), {
    code: 'model.architecture',
    message: /with x=\.\.\./,
  });
});

test('labels that are not as many as the classifier has are said, and not used', async (t) => {
  const folder = await temporaryFolder();
  t.after(() => folder.remove());
  const { transformersModel } = await import('../../test/helpers/hub-models.js');
  const files = await transformersModel();
  const three = '{"model_type":"resnet","id2label":{"2":"c","0":"a","1":"b"}}';
  const path = await writeHostile(folder.path, { files: { ...files, 'config.json': three }, code: '' });
  const { notes = [], pretrainedHead } = await openModel(path);
  assert.match(notes.join(), /names 3 classes and its classifier has 4: the names are not used/);
  assert.equal(at(pretrainedHead?.classes ?? [], 3), 'class 3');
});
