import assert from 'node:assert/strict';
import { existsSync, readFileSync, readlinkSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { temporaryFolder } from '../../../test/helpers/cli.js';
import { splitOnnx } from '../../../test/helpers/external-data.js';
import {
  openClipModel,
  shardedModel,
  timmModel,
  transformersModel,
} from '../../../test/helpers/hub-models.js';
import { gitSha1, HubServer, sha256 } from '../../../test/helpers/hub-server.js';
import { licencesIn } from '../licence.js';
import { openModel } from '../open.js';
import { fetchModel } from './fetch-model.js';
import { quietHost } from './host.js';
import { parseHubName } from './name.js';
import { hubSourceSchema } from './source.js';

const variables = [
  'HF_HOME',
  'HF_ENDPOINT',
  'HF_HUB_OFFLINE',
  'HF_TOKEN',
  'HF_HUB_CACHE',
  'HF_HUB_DOWNLOAD_TIMEOUT',
];

describe('a model of the hub', () => {
  let server: HubServer;
  let root: Awaited<ReturnType<typeof temporaryFolder>>;
  let home = '';
  let homes = 0;
  let commit = '';

  before(async () => {
    server = await HubServer.start();
    root = await temporaryFolder();
    commit = server.commit('org/tiny', await transformersModel());
    server.commit('org/torch', await timmModel());
    server.commit('org/parts', await shardedModel());
  });
  after(async () => {
    await server.close();
    await root.remove();
    for (const name of variables) delete process.env[name];
  });
  beforeEach(() => {
    for (const name of variables) delete process.env[name];
    home = join(root.path, String(homes++));
    process.env.HF_HOME = home;
    process.env.HF_ENDPOINT = server.endpoint;
    server.heal();
    server.taken();
  });

  const folderOf = (repo: string) => join(home, 'hub', `models--${repo.replace('/', '--')}`);

  async function get(reference: string, recorded?: string) {
    const remarks: string[] = [];
    const progress: (readonly [number, number])[] = [];
    const name = parseHubName(reference);
    assert.ok(name !== undefined);
    const host = {
      ...quietHost,
      remark: (text: string) => void remarks.push(text),
      progress: (done: number, total: number) => void progress.push([done, total]),
    };
    return { ...(await fetchModel(name, host, recorded)), remarks, progress };
  }

  test('is laid out in the cache as other tools do, with the files that are needed', async () => {
    const { folder, source, progress } = await get('org/tiny');
    const files = await transformersModel();
    const onnx = Buffer.from(files['onnx/model.onnx'] ?? '');
    const config = Buffer.from(files['config.json'] ?? '');
    assert.equal(folder, join(folderOf('org/tiny'), 'snapshots', commit));
    assert.deepEqual(server.taken(), [
      'hub GET /api/models/org/tiny/revision/main',
      `hub GET /api/models/org/tiny/tree/${commit}`,
      ...['config.json', 'preprocessor_config.json'].flatMap((name) => [
        `hub GET /org/tiny/resolve/${commit}/${name}`,
        `hub GET /api/resolve-cache/models/org/tiny/${commit}/${name}`,
      ]),
      `hub GET /org/tiny/resolve/${commit}/onnx/model.onnx`,
      `files GET /${sha256(onnx)}`,
      `hub GET /org/tiny/resolve/${commit}/README.md`,
      `hub GET /api/resolve-cache/models/org/tiny/${commit}/README.md`,
    ]);
    assert.deepEqual(await licencesIn(folder), ['apache-2.0']);
    assert.equal(readFileSync(join(folderOf('org/tiny'), 'refs', 'main'), 'utf8'), commit);
    assert.equal(readlinkSync(join(folder, 'config.json')), `../../blobs/${gitSha1(config)}`);
    assert.equal(readlinkSync(join(folder, 'onnx', 'model.onnx')), `../../../blobs/${sha256(onnx)}`);
    assert.deepEqual(readFileSync(join(folderOf('org/tiny'), 'blobs', sha256(onnx))), onnx);
    assert.ok(!existsSync(join(folder, 'pytorch_model.bin')));
    const [name, bytes] = ['config.json', config.length];
    assert.deepEqual(source.files[0], { path: name, bytes, sha256: sha256(config) });
    assert.deepEqual(
      { ...source, files: source.files.map(({ path }) => path) },
      {
        hub: server.endpoint,
        repo: 'org/tiny',
        revision: 'main',
        commit,
        files: ['config.json', 'preprocessor_config.json', 'onnx/model.onnx'],
      },
    );
    assert.deepEqual(hubSourceSchema.parse(source), source);
    assert.deepEqual(progress.at(-1), [onnx.length, onnx.length]);
  });

  test("is described by OpenCLIP's file where there is no other", async () => {
    server.commit('org/clip', await openClipModel());
    const { source } = await get('org/clip');
    const files = source.files.map(({ path }) => path);
    assert.deepEqual(files, ['open_clip_config.json', 'open_clip_model.safetensors']);
    assert.equal((await openModel('org/clip')).featureSize, 24);
    const { 'open_clip_model.safetensors': _, ...pickled } = await openClipModel();
    server.commit('org/pickled-clip', pickled);
    await assert.rejects(get('org/pickled-clip'), {
      code: 'model.pickle',
      hint: /hf_hub_download\('org\/pickled-clip', 'open_clip_pytorch_model\.bin'\).*'model\.safetensors'/,
    });
  });

  test('is opened by its name', async () => {
    const network = await openModel('org/tiny');
    assert.equal(network.name, 'tiny');
    assert.equal(network.preprocessing.imageSize, 16);
    assert.deepEqual(network.pretrainedHead?.classes, ['a', 'b', 'c', 'd']);
  });

  test('with a config.json of timm, says how its images are prepared', async () => {
    const { preprocessing, featureSize, pretrainedHead } = await openModel('org/torch');
    assert.deepEqual(preprocessing, {
      imageSize: 16,
      resizeSize: 18,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    });
    assert.equal(featureSize, 64);
    assert.equal(pretrainedHead?.classes.length, 5);
  });

  test('may have its tensors in several files', async () => {
    const whole = await openModel('org/torch');
    const parts = await openModel('org/parts');
    assert.deepEqual([...parts.parameters], [...whole.parameters]);
    assert.deepEqual([...parts.buffers], [...whole.buffers]);
  });

  test('may have its weights beside its ONNX file, which the cache keeps behind links', async () => {
    const files = await transformersModel();
    const { model, data } = splitOnnx(Buffer.from(files['onnx/model.onnx'] ?? ''), 'model.onnx_data');
    server.commit('org/external', { ...files, 'onnx/model.onnx': model, 'onnx/model.onnx_data': data });
    const [split, whole] = [await openModel('org/external'), await openModel('org/tiny')];
    assert.deepEqual([...split.parameters], [...whole.parameters]);
  });

  test('that is in the cache is only looked up, and not even that for a commit', async () => {
    const first = await get('org/tiny');
    server.taken();
    const second = await get('org/tiny');
    assert.deepEqual(server.taken(), ['hub GET /api/models/org/tiny/revision/main']);
    assert.deepEqual(second.source, first.source);
    assert.deepEqual(second.progress, []);
    await get(`org/tiny@${commit}`);
    await get('org/tiny', commit);
    assert.deepEqual(server.taken(), []);
  });

  test('is as it was recorded, whatever main has become', async () => {
    const old = server.commit('org/moves', await timmModel(1));
    const { source } = await get('org/moves');
    const now = server.commit('org/moves', await timmModel(2));
    assert.notEqual(now, old);
    assert.deepEqual((await get('org/moves', old)).source, source);
    assert.equal((await get('org/moves')).source.commit, now);
    rmSync(home, { recursive: true });
    assert.deepEqual((await get('org/moves', old)).source, source);
    assert.equal((await get(`org/moves@${old}`)).source.commit, old);
  });

  test('has branches and tags', async () => {
    const tagged = server.commit('org/tagged', await timmModel(3), { revision: 'refs/pr/1' });
    const { source } = await get('org/tagged@refs/pr/1');
    assert.equal(source.commit, tagged);
    assert.equal(readFileSync(join(folderOf('org/tagged'), 'refs', 'refs', 'pr', '1'), 'utf8'), tagged);
    await assert.rejects(get('org/tagged@v9'), { code: 'hub.no-revision', message: /org\/tagged .* v9/ });
  });

  test('is taken from the cache while the hub is away, which is said', async () => {
    const { source } = await get('org/tiny');
    server.fail({ at: 'hub', status: 503, headers: { 'retry-after': '0' }, always: true });
    const away = await get('org/tiny');
    assert.deepEqual(away.source, source);
    assert.match(
      String(away.remarks),
      new RegExp(`503.*org/tiny is taken from the cache, as of commit ${commit.slice(0, 8)}`),
    );
    await assert.rejects(get('org/torch'), { code: 'hub.server' });
  });

  test('offline, is taken from the cache without a word to anyone', async () => {
    process.env.HF_HUB_OFFLINE = '1';
    await assert.rejects(get('org/tiny'), { code: 'hub.offline', message: /org\/tiny/ });
    delete process.env.HF_HUB_OFFLINE;
    const { source } = await get('org/tiny');
    server.taken();
    process.env.HF_HUB_OFFLINE = '1';
    assert.deepEqual((await get('org/tiny')).source, source);
    assert.deepEqual((await get('org/tiny', commit)).source, source);
    // As older tools leave it, without the list of all files.
    rmSync(join(folderOf('org/tiny'), 'trees'), { recursive: true });
    assert.deepEqual((await get('org/tiny')).source, source);
    rmSync(join(folderOf('org/tiny'), 'snapshots', commit, 'onnx', 'model.onnx'));
    await assert.rejects(get('org/tiny'), { code: 'model.not-found', message: /org\/tiny has neither/ });
    assert.deepEqual(server.taken(), []);
  });

  test('of which something is missing is completed', async () => {
    const { folder, source } = await get('org/tiny');
    rmSync(join(folder, 'onnx', 'model.onnx'));
    server.taken();
    assert.deepEqual((await get('org/tiny')).source, source);
    assert.deepEqual(
      server.taken(),
      ['hub GET /api/models/org/tiny/revision/main'],
      'its content was still there',
    );
    const onnx = readFileSync(join(folder, 'onnx', 'model.onnx'));
    rmSync(join(folderOf('org/tiny'), 'blobs', sha256(onnx)));
    assert.deepEqual((await get('org/tiny')).source, source);
    assert.ok(server.taken().includes(`files GET /${sha256(onnx)}`));
  });

  test('that was damaged in the cache is downloaded again, which is said', async () => {
    const { folder, source } = await get('org/tiny');
    const file = join(folder, 'onnx', 'model.onnx');
    const bytes = readFileSync(file);
    for (const damage of [
      () =>
        writeFileSync(
          file,
          bytes.map((byte, i) => (i === 5000 ? byte ^ 1 : byte)),
        ),
      () => truncateSync(file, 100),
    ]) {
      damage();
      const { remarks, ...again } = await get('org/tiny');
      assert.deepEqual(again.source, source);
      assert.match(
        String(remarks),
        /onnx\/model\.onnx of org\/tiny is damaged in the cache .*: it is downloaded again/,
      );
      assert.deepEqual(readFileSync(file), bytes);
    }
    truncateSync(file, 100);
    process.env.HF_HUB_OFFLINE = '1';
    await assert.rejects(get('org/tiny'), { code: 'hub.damaged', hint: /HF_HUB_OFFLINE/ });
  });

  test('is downloaded once by two that want it at the same time', async () => {
    const [first, second] = await Promise.all([get('org/tiny'), get('org/tiny')]);
    assert.deepEqual(first.source, second.source);
    const contents = server.taken().filter((line) => line.startsWith('files'));
    assert.equal(contents.length, 1);
  });

  test('is listed page by page', async () => {
    server.pageSize = 2;
    try {
      assert.equal((await get('org/tiny')).source.files.length, 3);
    } finally {
      server.pageSize = 1000;
    }
  });

  test('without a file that can be opened is refused before a download, with a way out', async () => {
    const { 'model.safetensors': _, ...pickled } = await timmModel();
    server.commit('org/pickled', pickled);
    await assert.rejects(get('org/pickled'), {
      code: 'model.pickle',
      hint: /hf_hub_download\('org\/pickled', 'pytorch_model\.bin'\)/,
    });
    server.commit('org/empty', { 'README.md': 'nothing', 'model.onnx': 'at another place' });
    await assert.rejects(get('org/empty'), { code: 'model.not-found', message: /it has model\.onnx/ });
    const { 'preprocessor_config.json': __, ...bare } = await transformersModel();
    server.commit('org/bare', bare);
    await assert.rejects(get('org/bare'), { code: 'hub.no-file', message: /preprocessor_config\.json/ });
    assert.ok(server.taken().every((line) => !line.startsWith('files')));
  });

  test('of which nobody has heard, or that is not open to all', async () => {
    await assert.rejects(get('org/none'), { code: 'hub.no-model', message: /org\/none/ });
    server.commit('org/gated', await timmModel(), { gatedFor: ['hf_in'] });
    await assert.rejects(get('org/gated'), { code: 'hub.gated', hint: /org\/gated/ });
    process.env.HF_TOKEN = 'hf_in';
    await get('org/gated');
    assert.ok(
      server.requests.every(({ at, authorization }) => at === 'hub' || authorization === undefined),
      'the token stays with the hub',
    );
  });

  test('a hub that answers with something else is not believed', async () => {
    server.fail({ at: 'hub', status: 200, headers: { 'content-type': 'text/html' } });
    await assert.rejects(get('org/tiny'), { code: 'hub.answer', hint: /login in a browser/ });
  });

  test('a cache that cannot be written to names the variable that moves it', async () => {
    await mkdir(home, { recursive: true });
    writeFileSync(join(home, 'hub'), 'a file');
    await assert.rejects(get('org/tiny'), { code: 'files.write', hint: /HF_HUB_CACHE/ });
  });

  test('one that there is no room for is refused before a byte of it, with both figures', async () => {
    server.claimed.set('onnx/model.onnx', 2 ** 52);
    try {
      await assert.rejects(get('org/tiny'), {
        code: 'files.disk-full',
        message: /needs 4503599628 MB more in .*blobs, and \d+ MB are free there/,
        hint: /HF_HUB_CACHE/,
      });
      assert.ok(server.taken().every((line) => !line.startsWith('files')));
    } finally {
      server.claimed.clear();
    }
  });

  test('in a cache that is only read is used as it is', async () => {
    const { source } = await get('org/tiny');
    // Tests may run as root, who may write anywhere: folders cannot be made where files are.
    for (const name of ['refs', 'trees']) {
      rmSync(join(folderOf('org/tiny'), name), { recursive: true });
      writeFileSync(join(folderOf('org/tiny'), name), '');
    }
    assert.deepEqual((await get('org/tiny')).source, source);
  });

  test('names that lead out of the cache are not followed', async () => {
    const { 'config.json': config = '', ...files } = await shardedModel();
    const index = JSON.stringify({ weight_map: { a: '../../../../evil.safetensors' } });
    server.commit('org/evil', { ...files, 'config.json': config, 'model.safetensors.index.json': index });
    await assert.rejects(get('org/evil'), { code: 'model.damaged', message: /index\.json of org\/evil/ });
  });
});
