import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { jsonLines, start, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { type Files, transformersModel } from '../../test/helpers/hub-models.js';
import { HubServer, sha256 } from '../../test/helpers/hub-server.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';

describe('training a model of the hub', () => {
  let server: HubServer;
  const folder = testFolder();
  let files: Files;
  let commit = '';
  const lookUp = 'hub GET /api/models/org/tiny/revision/main';
  const record = async (run: string) =>
    JSON.parse(await readFile(join(folder.path, run, 'run.json'), 'utf8'));
  const digest = async (run: string) =>
    createHash('sha256')
      .update(await readFile(join(folder.path, run, 'model.onnx')))
      .digest('hex');
  const train = (...more: readonly string[]) => adarand(folder.path, ...command('org/tiny', ...more));
  const command = (model: string, ...more: readonly string[]) => [
    'train',
    'colours',
    '--no-tensorboard',
    '--model',
    model,
    ...(more.includes('--epochs') ? [] : ['--epochs', '2']),
    '--seed',
    '3',
    ...more,
  ];

  before(async () => {
    server = await HubServer.start();
    files = await transformersModel();
    commit = server.commit('org/tiny', files);
    await writeImages(join(folder.path, 'colours'), 8);
    process.env.HF_HOME = join(folder.path, 'hf');
    process.env.HF_ENDPOINT = server.endpoint;
    const { code, stdout, stderr } = await train();
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      new RegExp(`^downloaded org/tiny, commit ${commit.slice(0, 8)}: 0\\.3 MB, in .*snapshots`, 'm'),
    );
    assert.match(stdout, /written: runs\/colours-tiny-adarand-1\//);
  });
  after(async () => {
    for (const name of ['HF_HOME', 'HF_ENDPOINT', 'HF_HUB_OFFLINE', 'HF_HUB_DOWNLOAD_TIMEOUT'])
      delete process.env[name];
    await server.close();
  });
  beforeEach(() => {
    delete process.env.HF_HUB_OFFLINE;
    delete process.env.HF_HUB_DOWNLOAD_TIMEOUT;
    server.heal();
    server.taken();
  });

  test('records which files it was', async () => {
    const { model, options } = await record('runs/colours-tiny-adarand-1');
    assert.equal(options.model, 'org/tiny');
    assert.equal(model.name, 'tiny');
    assert.deepEqual(
      { ...model.source, files: model.source.files.at(-1) },
      {
        hub: server.endpoint,
        repo: 'org/tiny',
        revision: 'main',
        commit,
        files: {
          path: 'onnx/model.onnx',
          bytes: Buffer.from(files['onnx/model.onnx'] ?? '').length,
          sha256: sha256(Buffer.from(files['onnx/model.onnx'] ?? '')),
        },
      },
    );
  });

  test('a second time asks only what main is, and is the same run', async () => {
    const { code, stdout, stderr } = await train('--out', 'again');
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout, /download/);
    assert.deepEqual(server.taken(), [lookUp]);
    assert.equal(await digest('again'), await digest('runs/colours-tiny-adarand-1'));
  });

  test('offline, what is not in the cache is refused', async () => {
    process.env.HF_HUB_OFFLINE = '1';
    const { code, stderr } = await adarand(folder.path, ...command('org/other'));
    assert.equal(code, 2);
    assert.match(
      stderr,
      /error: org\/other would have to be downloaded, and HF_HUB_OFFLINE forbids it\nhint: /,
    );
    assert.deepEqual(server.taken(), []);
  });

  test('a run that was stopped goes on with the commit that it began with, though main has moved', async () => {
    const begun = start(folder.path, ...command('org/tiny', '--json', '--out', 'stopped'));
    await begun.line(/"type":"run"/);
    begun.process.kill('SIGINT');
    assert.equal((await begun.ended).code, 130);
    await cp(join(folder.path, 'stopped'), join(folder.path, 'emptied'), { recursive: true });
    server.commit('org/tiny', { ...files, 'onnx/model.onnx': new Uint8Array(100) });
    server.taken();

    process.env.HF_HUB_OFFLINE = '1';
    const offline = await adarand(folder.path, 'train', '--resume', 'stopped');
    assert.equal(offline.code, 0, offline.stderr);
    assert.deepEqual(server.taken(), []);
    assert.equal(await digest('stopped'), await digest('runs/colours-tiny-adarand-1'));

    delete process.env.HF_HUB_OFFLINE;
    await rm(join(folder.path, 'hf'), { recursive: true });
    const emptied = await adarand(folder.path, 'train', '--resume', 'emptied');
    assert.equal(emptied.code, 0, emptied.stderr);
    const taken = server.taken();
    assert.ok(taken.includes(`hub GET /org/tiny/resolve/${commit}/onnx/model.onnx`));
    assert.ok(!taken.includes(lookUp));
    assert.equal(await digest('emptied'), await digest('stopped'));
    assert.equal(server.commit('org/tiny', files), commit);
  });

  test('Ctrl-C ends a download, which the next one continues', async () => {
    process.env.HF_HOME = join(folder.path, 'interrupted');
    // However busy the machine is, the silence does not end the download first.
    process.env.HF_HUB_DOWNLOAD_TIMEOUT = '600';
    server.fail({ at: 'files', stallAfter: 120_000 });
    const begun = start(folder.path, ...command('org/tiny', '--json', '--out', 'interrupted-run'));
    await begun.line(/"phase":"download","done":1\d{5},/);
    begun.process.kill('SIGINT');
    const { code, stdout, stderr } = await begun.ended;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /stopped while org\/tiny was downloaded\nhint: What is here is kept/);
    const phases = jsonLines(stdout).filter(({ type }) => type === 'phase');
    assert.deepEqual(phases.map(({ phase }) => phase).slice(0, 2), ['model', 'download']);
    assert.ok(!existsSync(join(folder.path, 'interrupted-run')));
    server.taken();
    assert.equal((await train('--out', 'interrupted-run', '--epochs', '1')).code, 0);
    const ranges = server.requests.filter(({ at }) => at === 'files').map(({ range }) => range);
    assert.match(String(ranges), /^bytes=1\d{5}-$/);
  });

  test('inspect shows its download, and Ctrl-C ends it', async () => {
    process.env.HF_HUB_DOWNLOAD_TIMEOUT = '600';
    server.fail({ at: 'files', stallAfter: 120_000 });
    server.commit('org/looked', files);
    const begun = start(folder.path, 'inspect', 'org/looked', '--json');
    await begun.line(/"phase":"download","done":1\d{5},/);
    begun.process.kill('SIGINT');
    const { code, stderr } = await begun.ended;
    assert.equal(code, 130);
    assert.match(stderr, /stopped while org\/looked was downloaded\nhint: What is here is kept/);
    server.heal();
    const { stdout } = await adarand(folder.path, 'inspect', 'org/looked', '--json');
    const events = jsonLines(stdout);
    const done = events.findLast(({ type }) => type === 'progress');
    assert.equal(done?.phase, 'download');
    assert.equal(done?.done, done?.total);
    assert.deepEqual(events.at(-1)?.type, 'result');
    const again = await adarand(folder.path, 'inspect', 'org/looked', '--json');
    assert.deepEqual(
      jsonLines(again.stdout).map(({ type }) => type),
      ['result'],
    );
  });

  test('a folder of that name comes first, which is said; hf:// is the hub', async () => {
    await mkdir(join(folder.path, 'org/tiny/onnx'), { recursive: true });
    await writeModel(join(folder.path, 'org/tiny.onnx'));
    try {
      const { code, stderr, stdout } = await train('--out', 'local');
      assert.equal(code, 2);
      assert.match(
        stdout,
        /org\/tiny is taken as the folder of this name here; the model of the hub would be hf:\/\/org\/tiny/,
      );
      assert.match(stderr, /There is no org\/tiny\/config\.json/);
      assert.deepEqual(server.taken(), []);
      const hub = await adarand(
        folder.path,
        ...command('hf://org/tiny', '--out', 'explicit', '--epochs', '1'),
      );
      assert.equal(hub.code, 0, hub.stderr);
      assert.equal((await record('explicit')).model.source.commit, commit);
      server.taken();
      const typing = await adarand(folder.path, ...command('org/tinny'));
      assert.equal(typing.code, 2);
      assert.match(typing.stderr, /There is no org\/tinny\nhint: .*hf:\/\/org\/tinny/);
      assert.deepEqual(server.taken(), [], 'a mistake in a path asks nobody');
    } finally {
      await rm(join(folder.path, 'org'), { recursive: true });
    }
  });

  test('a mistake in the name of the data is told before a download', async () => {
    const { code, stderr } = await adarand(folder.path, 'train', 'colors', '--model', 'org/unseen');
    assert.equal(code, 2);
    assert.match(stderr, /colors does not exist/);
    assert.deepEqual(server.taken(), []);
  });

  test('what the hub refuses is told with a code and a way out', async () => {
    const { code, stdout, stderr } = await adarand(folder.path, ...command('org/none', '--json'));
    assert.equal(code, 2);
    assert.match(stderr, /has no model org\/none, or it is private\nhint: Look for it at .*HF_TOKEN/);
    assert.equal(jsonLines(stdout).at(-1)?.code, 'hub.no-model');
  });
});
