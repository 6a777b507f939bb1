import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { testFolder } from '../../test/helpers/cli.js';
import { ifThere, lstatIfThere, namesIfThere, statIfThere } from './if-there.js';

const folder = testFolder();
const at = folder.inside;

test('nothing is at a path that does not exist, or cannot', async () => {
  await writeFile(at('file'), '');
  const paths = [at('nowhere'), at('file/below'), at('a'.repeat(300)), `${at('file')}\0`];
  for (const path of paths) {
    assert.equal(await statIfThere(path), undefined, path);
    assert.equal(await lstatIfThere(path), undefined, path);
    assert.deepEqual(await namesIfThere(path), [], path);
  }
});

test('a link that leads nowhere is there itself', { skip: process.platform === 'win32' }, async () => {
  await symlink('nowhere-else', at('broken'));
  await symlink('circle', at('circle'));
  for (const name of ['broken', 'circle']) {
    assert.equal(await statIfThere(at(name)), undefined);
    assert.equal((await lstatIfThere(at(name)))?.isSymbolicLink(), true);
  }
});

test('what is there is found', async () => {
  await mkdir(at('inside'));
  await writeFile(at('inside/one'), 'abc');
  assert.equal((await statIfThere(at('inside/one')))?.size, 3);
  assert.deepEqual(await namesIfThere(at('inside')), ['one']);
});

test('what cannot be seen is not taken for nothing', async () => {
  for (const [code, reason] of [
    ['EACCES', 'permission denied'],
    ['EIO', 'EIO'],
    ['EMFILE', 'too many files are open'],
  ]) {
    const failure = Object.assign(new Error(code), { code, syscall: 'stat' });
    await assert.rejects(ifThere('a/b', Promise.reject(failure)), {
      code: 'files.read',
      message: `Cannot read a/b: ${reason}.`,
      cause: failure,
    });
  }
  const bug = new TypeError('a bug');
  await assert.rejects(ifThere('a/b', Promise.reject(bug)), bug);
});
