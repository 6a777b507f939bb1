import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { jsonLines, testFolder, writeImages } from '../../test/helpers/cli.js';
import { transformersModel } from '../../test/helpers/hub-models.js';
import { HubServer } from '../../test/helpers/hub-server.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { catalog, isOpened } from '../models/catalog.js';
import { openModel } from '../models/open.js';

describe('which models there are', () => {
  let server: HubServer;
  const folder = testFolder();
  const variables = ['HF_HOME', 'HF_ENDPOINT', 'HF_TOKEN'];

  before(async () => {
    server = await HubServer.start();
    process.env.HF_HOME = join(folder.path, 'hf');
    process.env.HF_ENDPOINT = server.endpoint;
    server.commit('org/tiny--one', await transformersModel());
    server.commit('org/tiny', await transformersModel());
    await openModel('org/tiny');
    await mkdir(join(folder.path, 'hf/hub/datasets--org--data/snapshots'), { recursive: true });
    await mkdir(join(folder.path, 'hf/hub/.locks'), { recursive: true });
    server.taken();
  });
  after(async () => {
    for (const name of variables) delete process.env[name];
    await server.close();
  });

  test('models lists those to begin with, and the cache, and asks nobody', async () => {
    const { code, stdout, stderr } = await adarand(folder.path, 'models');
    assert.equal(code, 0, stderr);
    for (const { name } of catalog) assert.ok(stdout.includes(name), name);
    assert.equal(stdout.includes('Not opened by this version'), !catalog.every(isOpened));
    assert.match(stdout, /timm\/resnet18\.a1_in1k +11\.7 M +224 +899 MB +[\d.]+ (s|min|h) +Apache-2\.0/);
    assert.match(stdout, /In the cache, .*hf\/hub\n.*\n.*\norg\/tiny +0\.3 MB +[0-9a-f]{8}\n\n/);
    assert.deepEqual(server.taken(), []);
  });

  test('models --json has a line for each', async () => {
    const lines = jsonLines((await adarand(folder.path, 'models', '--json')).stdout);
    const of = (type: string) => lines.filter((line) => line.type === type);
    const gflops = Number(of('speed')[0]?.gflops);
    assert.ok(gflops > 0.1);
    assert.equal(of('model').length, catalog.length);
    const [first] = of('model');
    assert.equal(first?.name, 'timm/resnet18.a1_in1k');
    assert.ok(Math.abs(Number(first?.secondsPer1000Images) - (1000 * 6 * 1.82) / (0.8 * gflops)) < 1e-6);
    assert.deepEqual(
      of('cached').map(({ name, commits }) => [name, Array.isArray(commits) && commits.length]),
      [['org/tiny', 1]],
    );
  });

  test('train without a model says which to take for these images', async () => {
    await writeImages(join(folder.path, 'colours'), 4);
    const { code, stderr } = await adarand(folder.path, 'train', 'colours');
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^error: --model is missing\nhint: For 12 images, begin with --model timm\/vit_small/,
    );
    assert.match(
      stderr,
      / or timm\/resnet50\.a1_in1k or timm\/resnet18\.a1_in1k\. `adarand models` says more/,
    );
    assert.deepEqual(server.taken(), []);
  });

  test('a name without its organisation is completed, and one with a slip is corrected', async () => {
    const short = await adarand(folder.path, 'train', 'colours', '--model', 'resnet18');
    assert.match(short.stderr, /There is no resnet18\nhint: .* Did you mean timm\/resnet18\.a1_in1k\?/);
    assert.deepEqual(server.taken(), []);
    const slip = await adarand(folder.path, 'train', 'colours', '--model', 'timm/resnet18.a1_in1');
    assert.match(
      slip.stderr,
      /has no model timm\/resnet18\.a1_in1, or it is private\. Did you mean "timm\/resnet18\.a1_in1k"\?/,
    );
  });

  test('doctor asks the hub only when that is wanted', async () => {
    const quiet = await adarand(folder.path, 'doctor');
    assert.match(quiet.stdout, /hub: not asked; `adarand doctor --network` does\n$/);
    server.taken();
    const asked = await adarand(folder.path, 'doctor', '--network');
    assert.match(asked.stdout, /hub http:\/\/127\.0\.0\.1:\d+: reached in \d+ ms; no token is set\n$/);
    assert.deepEqual(server.taken(), ['hub GET /api/models']);
    process.env.HF_TOKEN = 'hf_me';
    const refused = jsonLines((await adarand(folder.path, 'doctor', '--network', '--json')).stdout).at(-1);
    assert.equal(refused?.works, false);
    assert.match(String(refused?.found), /does not accept the token in HF_TOKEN/);
    server.tokens.add('hf_me');
    const accepted = await adarand(folder.path, 'doctor', '--network');
    assert.match(accepted.stdout, /the token in HF_TOKEN is accepted\n$/);
    delete process.env.HF_TOKEN;
  });
});
