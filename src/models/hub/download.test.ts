import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { gitSha1, HubServer, sha256 } from '../../../test/helpers/hub-server.js';
import { AdarandError } from '../../errors.js';
import { Connection } from './connection.js';
import { download } from './download.js';
import { type HubHost, quietHost } from './host.js';
import { hubSettings } from './settings.js';

const large = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) % 251);
const small = Buffer.from('{"model_type":"resnet"}');

const server = await HubServer.start();
const commit = server.commit('org/tiny', { 'model.safetensors': large, 'config.json': small });
server.commit('org/closed', { 'model.safetensors': large }, { gatedFor: ['hf_in'] });
const folder = mkdtempSync(join(tmpdir(), 'adarand-'));
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

let to = '';
let files = 0;
beforeEach(() => {
  to = join(folder, `blob-${files++}`);
  server.requests.length = 0;
  server.heal();
});

interface Given {
  readonly repo?: string;
  readonly revision?: string;
  readonly path?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly host?: Partial<HubHost>;
  readonly etag?: string;
  readonly endpoint?: string;
}

function get({ repo = 'org/tiny', revision = commit, path = 'model.safetensors', ...given }: Given = {}) {
  const { env = {}, host = {}, endpoint = server.endpoint } = given;
  const settings = hubSettings({ HF_HOME: join(folder, 'home'), HF_ENDPOINT: endpoint, ...env });
  const content = path === 'config.json' ? small : large;
  const etag = given.etag ?? (path === 'config.json' ? gitSha1(small) : sha256(large));
  const counts: number[] = [];
  const done = download(new Connection(settings, { ...quietHost, ...host }), {
    asked: { repo, revision },
    url: `${endpoint}/${repo}/resolve/${revision}/${path}`,
    file: { path, size: content.length, etag },
    to,
    onBytes: (count) => counts.push(count),
  });
  return { done, counts };
}

const rangesAsked = () => server.requests.filter(({ at }) => at === 'files').map(({ range }) => range);

test('a large file comes from where the hub sends us, a small one from the hub itself', async () => {
  const { done, counts } = get();
  await done;
  assert.deepEqual(new Uint8Array(readFileSync(to)), large);
  assert.equal(counts.at(-1), large.length);
  assert.ok(!existsSync(`${to}.incomplete`));
  assert.deepEqual(
    server.requests.map(({ at }) => at),
    ['hub', 'files'],
  );
  to += '-small';
  await get({ path: 'config.json' }).done;
  assert.deepEqual(readFileSync(to), small);
});

test('the token goes to the hub, and not to where it sends us', async () => {
  await get({ env: { HF_TOKEN: 'hf_secret' } }).done;
  assert.deepEqual(
    server.requests.map(({ at, authorization }) => [at, authorization]),
    [
      ['hub', 'Bearer hf_secret'],
      ['files', undefined],
    ],
  );
});

test('a connection that is cut is taken up where it ended', async () => {
  server.fail({ at: 'files', cutAfter: 100_000 });
  await get().done;
  assert.deepEqual(new Uint8Array(readFileSync(to)), large);
  const [first, second] = rangesAsked();
  assert.equal(first, undefined);
  // What had arrived and was not yet read is lost with the connection.
  const begin = Number(/^bytes=(\d+)-$/.exec(second ?? '')?.[1]);
  assert.ok(begin > 0 && begin <= 100_000, second);
});

test('one that is cut again and again goes on as long as it brings something', async () => {
  for (let i = 0; i < 7; i++) server.fail({ at: 'files', cutAfter: 40_000 });
  await get().done;
  assert.deepEqual(new Uint8Array(readFileSync(to)), large);
  assert.ok(rangesAsked().length > 5);
});

test('what an earlier download has left is not asked for again', async () => {
  writeFileSync(`${to}.incomplete`, large.subarray(0, 123_456));
  const { done, counts } = get();
  await done;
  assert.deepEqual(new Uint8Array(readFileSync(to)), large);
  assert.deepEqual(rangesAsked(), ['bytes=123456-']);
  assert.equal(counts[0], 123_456);
});

test('what is wrong, or too long, is thrown away, and everything is asked for', async () => {
  writeFileSync(`${to}.incomplete`, new Uint8Array(1000));
  await get().done;
  assert.deepEqual(new Uint8Array(readFileSync(to)), large);
  assert.deepEqual(rangesAsked(), ['bytes=1000-', undefined]);
  to += '-long';
  writeFileSync(`${to}.incomplete`, new Uint8Array(large.length + 1));
  await get().done;
  assert.deepEqual(new Uint8Array(readFileSync(to)), large);
});

test('a server that ignores the range begins anew', async () => {
  writeFileSync(`${to}.incomplete`, large.subarray(0, 1000));
  server.fail({ at: 'files', ignoreRange: true });
  await get().done;
  assert.deepEqual(new Uint8Array(readFileSync(to)), large);
});

test('a wrong checksum is an error, and nothing stays', async () => {
  server.fail({ at: 'files', corrupt: true, always: true });
  await assert.rejects(get().done, { code: 'hub.checksum', message: /model\.safetensors of org\/tiny/ });
  assert.ok(!existsSync(to) && !existsSync(`${to}.incomplete`));
});

test('a wrong checksum of a small file, too', async () => {
  await assert.rejects(get({ path: 'config.json', etag: '0'.repeat(40) }).done, { code: 'hub.checksum' });
});

test('faults that pass are waited for, as long as the server says', async () => {
  const now = { 'retry-after': '0' };
  server.fail({ at: 'hub', status: 500, headers: now });
  server.fail({ at: 'hub', status: 429, headers: now });
  server.fail({ at: 'files', status: 503, headers: now });
  // An address of the other place that is no longer good.
  server.fail({ at: 'files', status: 403, headers: now });
  await get().done;
  assert.deepEqual(new Uint8Array(readFileSync(to)), large);
});

test('those that do not pass are told after five tries, or at once if the wait would be long', async () => {
  server.fail({ at: 'hub', status: 502, headers: { 'retry-after': '0' }, always: true });
  await assert.rejects(get().done, { code: 'hub.server', message: /502/ });
  assert.equal(server.requests.length, 5);
  server.heal();
  server.fail({ at: 'hub', status: 429, headers: { 'retry-after': '3600' } });
  await assert.rejects(get().done, { code: 'hub.busy', hint: /HF_TOKEN/ });
});

test('refusals say what would help', async () => {
  const closed = { repo: 'org/closed', revision: 'main' };
  await assert.rejects(get(closed).done, {
    code: 'hub.gated',
    hint: `Accept them at ${server.endpoint}/org/closed, then set HF_TOKEN to a token from ${server.endpoint}/settings/tokens.`,
  });
  await assert.rejects(get({ ...closed, env: { HF_TOKEN: 'hf_out' } }).done, {
    code: 'hub.gated',
    message: /the account of the token in HF_TOKEN/,
  });
  await get({ ...closed, env: { HF_TOKEN: 'hf_in' } }).done;
  assert.deepEqual(new Uint8Array(readFileSync(to)), large);
  to += '-2';
  const missing = { code: 'hub.no-model', message: /org\/none/ };
  await assert.rejects(get({ repo: 'org/none' }).done, missing);
  await assert.rejects(get({ repo: 'org/none', env: { HF_TOKEN: 'hf_in' } }).done, missing);
  await assert.rejects(get({ revision: 'v9' }).done, { code: 'hub.no-revision', message: /org\/tiny .* v9/ });
  server.fail({
    at: 'hub',
    status: 401,
    headers: { 'x-error-message': 'Invalid credentials in Authorization header' },
  });
  await assert.rejects(get({ env: { HF_TOKEN: 'hf_bad' } }).done, { code: 'hub.token', message: /HF_TOKEN/ });
  server.fail({ at: 'hub', status: 401, headers: { 'x-error-code': 'RepoNotFound' } });
  await assert.rejects(get({ env: { HF_TOKEN: 'hf_in' } }).done, { code: 'hub.no-model' });
});

test('silence ends a request, before an answer and within one', async () => {
  const env = { HF_HUB_DOWNLOAD_TIMEOUT: '0.3' };
  server.fail({ at: 'hub', silent: true, always: true });
  await assert.rejects(get({ env }).done, {
    code: 'hub.timeout',
    message: /127\.0\.0\.1:\d+ has sent nothing for 0\.3 s/,
  });
  assert.equal(server.requests.length, 1, 'a hub that has never answered is asked once');
  server.heal();
  server.fail({ at: 'files', stallAfter: 50_000 });
  await get({ env }).done;
  assert.deepEqual(rangesAsked(), [undefined, 'bytes=50000-']);
});

test('a hub that is not there is said at once, and by which name', async () => {
  const endpoint = 'http://127.0.0.1:9';
  await assert.rejects(get({ endpoint }).done, { code: 'hub.unreachable', message: /127\.0\.0\.1:9/ });
});

test('offline, nothing is sent', async () => {
  await assert.rejects(get({ env: { HF_HUB_OFFLINE: '1' } }).done, {
    code: 'hub.offline',
    message: /org\/tiny/,
  });
  assert.equal(server.requests.length, 0);
});

test('who has had enough ends it, and what is here is kept', async () => {
  server.fail({ at: 'files', stallAfter: 60_000 });
  const began = performance.now();
  const throwIfStopped = () => {
    if (performance.now() - began > 300) throw new AdarandError('run.stopped', 'enough');
  };
  await assert.rejects(get({ host: { throwIfStopped } }).done, { code: 'run.stopped' });
  assert.equal(readFileSync(`${to}.incomplete`).length, 60_000);
  await get().done;
  assert.deepEqual(rangesAsked(), [undefined, 'bytes=60000-']);
});

test('a full disk is said, with another place for the cache', {
  skip: !existsSync('/dev/full'),
}, async () => {
  symlinkSync('/dev/full', `${to}.incomplete`);
  await assert.rejects(get().done, { code: 'files.disk-full', message: /blob-/, hint: /HF_HUB_CACHE/ });
});
