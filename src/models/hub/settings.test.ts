import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hubSettings } from './settings.js';

const home = mkdtempSync(join(tmpdir(), 'adarand-'));
after(() => rmSync(home, { recursive: true, force: true }));
const without = { HF_HOME: join(home, 'empty') };

test('without variables, the cache and the hub are those of every other tool', () => {
  const { endpoint, cache, offline, timeoutSeconds } = hubSettings({});
  assert.equal(endpoint, 'https://huggingface.co');
  assert.equal(cache, join(homedir(), '.cache', 'huggingface', 'hub'));
  assert.equal(offline, false);
  assert.equal(timeoutSeconds, 10);
});

test('each variable that places the cache wins over the more general ones', () => {
  const cache = (env: Record<string, string>) => hubSettings({ HF_TOKEN: 'hf_x', ...env }).cache;
  const xdg = { XDG_CACHE_HOME: '/x' };
  assert.equal(cache(xdg), join('/x', 'huggingface', 'hub'));
  assert.equal(cache({ ...xdg, HF_HOME: '/h' }), join('/h', 'hub'));
  assert.equal(cache({ ...xdg, HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' }), '/old');
  assert.equal(cache({ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '/c' }), '/c');
  assert.equal(cache({ HF_HUB_CACHE: '~/c' }), join(homedir(), 'c'));
  assert.equal(cache({ HF_HUB_CACHE: '$SCRATCH/c', SCRATCH: '/s' }), '/s/c');
  assert.equal(cache({ HF_HUB_CACHE: '', HF_HOME: '/h' }), join('/h', 'hub'));
});

test('the token comes from HF_TOKEN, else from the file that `hf auth login` writes', () => {
  assert.equal(hubSettings(without).token, undefined);
  writeFileSync(join(home, 'token'), 'hf_file\n');
  assert.deepEqual(hubSettings({ HF_HOME: home }).token, { value: 'hf_file', from: join(home, 'token') });
  assert.deepEqual(hubSettings({ HF_HOME: home, HF_TOKEN: ' hf_env ' }).token, {
    value: 'hf_env',
    from: 'HF_TOKEN',
  });
  assert.equal(hubSettings({ HF_HOME: home, HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' }).token, undefined);
  const other = join(home, 'other');
  writeFileSync(other, 'hf_other');
  chmodSync(other, 0o600);
  assert.equal(hubSettings({ HF_HOME: home, HF_TOKEN_PATH: other }).token?.value, 'hf_other');
});

test('a token that no header can carry is refused without showing it', () => {
  assert.throws(
    () => hubSettings({ ...without, HF_TOKEN: 'hf_a\nb' }),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, 'hub.settings');
      assert.match(error.message, /HF_TOKEN/);
      assert.doesNotMatch(error.message, /hf_a/);
      return true;
    },
  );
});

test('offline as Python reads it', () => {
  for (const value of ['1', 'true', 'YES', 'on'])
    assert.equal(hubSettings({ ...without, HF_HUB_OFFLINE: value }).offline, true, value);
  for (const value of ['', '0', 'false', 'no'])
    assert.equal(hubSettings({ ...without, HF_HUB_OFFLINE: value }).offline, false, value);
  assert.equal(hubSettings({ ...without, TRANSFORMERS_OFFLINE: '1' }).offline, true);
});

test('another hub, without the slash at the end', () => {
  assert.equal(hubSettings({ ...without, HF_ENDPOINT: 'https://mirror/' }).endpoint, 'https://mirror');
  for (const HF_ENDPOINT of ['mirror', 'ftp://mirror'])
    assert.throws(() => hubSettings({ ...without, HF_ENDPOINT }), {
      code: 'hub.settings',
      message: /HF_ENDPOINT/,
    });
});

test('a limit on silence is a number of seconds', () => {
  assert.equal(hubSettings({ ...without, HF_HUB_DOWNLOAD_TIMEOUT: '0.5' }).timeoutSeconds, 0.5);
  for (const value of ['0', '-1', 'x', '1e9'])
    assert.throws(() => hubSettings({ ...without, HF_HUB_DOWNLOAD_TIMEOUT: value }), {
      code: 'hub.settings',
    });
});
