import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { testFolder, writeImages } from '../test/helpers/cli.js';
import { timmModel } from '../test/helpers/hub-models.js';
import { HubServer } from '../test/helpers/hub-server.js';
import { type RunEvent, train } from './index.js';

describe('the library and the hub', () => {
  let server: HubServer;
  const folder = testFolder();
  const at = folder.inside;
  const options = (out: string, model = 'org/torch') => ({
    data: at('colours'),
    model,
    out: at(out),
    epochs: 1,
  });

  before(async () => {
    server = await HubServer.start();
    await writeImages(at('colours'), 8);
    server.commit('org/torch', await timmModel());
    process.env.HF_HOME = at('hf');
    process.env.HF_ENDPOINT = server.endpoint;
  });
  after(async () => {
    for (const name of ['HF_HOME', 'HF_ENDPOINT', 'HF_HUB_OFFLINE', 'HF_HUB_DOWNLOAD_TIMEOUT'])
      delete process.env[name];
    await server.close();
  });

  test('a download is reported, ended by a signal, continued, and in the record of the run', async () => {
    // However busy the machine is, the silence does not end the download first.
    process.env.HF_HUB_DOWNLOAD_TIMEOUT = '600';
    server.fail({ at: 'files', stallAfter: 150_000 });
    const controller = new AbortController();
    const stopped = train(options('run'), {
      signal: controller.signal,
      onEvent(event) {
        if (event.type === 'progress' && event.phase === 'download' && event.done > 0) controller.abort();
      },
    });
    await assert.rejects(stopped, { name: 'AdarandError', code: 'run.stopped', message: /org\/torch/ });
    server.requests.length = 0;

    const seen: RunEvent[] = [];
    const summary = await train(options('run'), { onEvent: (event) => seen.push(event) });
    assert.equal(summary.epochs, 1);
    const ranges = server.requests.filter((request) => request.at === 'files').map(({ range }) => range);
    assert.match(String(ranges), /^bytes=[1-9]\d*-$/);
    const downloaded = seen.filter((event) => event.type === 'progress' && event.phase === 'download').at(-1);
    assert.ok(downloaded?.type === 'progress' && downloaded.done === downloaded.total);
    assert.ok(
      seen.some((event) => event.type === 'remark' && /^downloaded org\/torch, commit /.test(event.text)),
    );
    const { model } = JSON.parse(await readFile(join(at('run'), 'run.json'), 'utf8'));
    assert.equal(model.source.repo, 'org/torch');
    assert.deepEqual(
      model.source.files.map(({ path }: { path: string }) => path),
      ['config.json', 'model.safetensors'],
    );
    assert.equal(model.preprocessing.resizeSize, 18);
  });

  test('the environment of the program is that of its runs', async () => {
    process.env.HF_HUB_OFFLINE = '1';
    server.taken();
    await assert.rejects(train(options('other', 'org/other')), {
      code: 'hub.offline',
      message: /org\/other/,
    });
    assert.deepEqual(server.taken(), []);
    delete process.env.HF_HUB_OFFLINE;
  });
});
