import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

test('what is collected does not unload the library', {
  skip: process.platform !== 'linux' && 'it looks into /proc',
}, () => {
  const program = `
import { readFileSync } from 'node:fs';
import { Api } from '${new URL('./api.js', import.meta.url).href}';
import { libraryPath } from '${new URL('./library.js', import.meta.url).href}';
const api = await Api.load(await libraryPath());
for (let i = 0; i < 5; i++) {
  globalThis.gc();
  await new Promise((resolve) => setTimeout(resolve, 20));
}
console.log(readFileSync('/proc/self/maps', 'utf8').includes('libonnxruntime'));`;
  const args = ['--expose-gc', '--input-type=module', '-e', program];
  assert.equal(execFileSync(process.execPath, args, { encoding: 'utf8' }), 'true\n');
});
