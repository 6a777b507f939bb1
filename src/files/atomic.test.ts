import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { promisify } from 'node:util';
import { removeTemporaries, writeChunksAtomic, writeFileAtomic } from './atomic.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adarand-atomic-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('writes text and bytes, replaces, and leaves nothing else behind', async () => {
  const path = join(folder, 'a.json');
  await writeFileAtomic(path, 'größer');
  assert.equal(await readFile(path, 'utf8'), 'größer');
  await writeFileAtomic(path, Uint8Array.of(0, 255, 7));
  assert.deepEqual([...(await readFile(path))], [0, 255, 7]);
  await writeFileAtomic(path, '');
  assert.equal((await readFile(path)).length, 0);
  assert.deepEqual(await readdir(folder), ['a.json']);
});

test('writes chunks from a generator and from an async generator', async () => {
  const path = join(folder, 'chunks');
  await writeChunksAtomic(path, [Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3)]);
  assert.deepEqual([...(await readFile(path))], [1, 2, 3]);
  await writeChunksAtomic(
    path,
    (async function* () {
      yield Uint8Array.of(9);
      yield new Uint8Array(100_000).fill(5);
    })(),
  );
  assert.equal((await readFile(path)).length, 100_001);
});

test('a full disk halfway keeps the old file, removes the temporary one and names the path', async () => {
  const path = join(folder, 'checkpoint');
  await writeFileAtomic(path, 'old');
  function* filling() {
    yield Uint8Array.of(1, 2, 3);
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
  }
  await assert.rejects(writeChunksAtomic(path, filling()), (error: Error) => {
    assert.equal('code' in error && error.code, 'files.disk-full');
    assert.ok(error.message.includes(path));
    return true;
  });
  assert.equal(await readFile(path, 'utf8'), 'old');
  assert.deepEqual(await readdir(folder), ['checkpoint']);
});

test("an error of the chunks' source is passed on unchanged", async () => {
  const path = join(folder, 'x');
  const bug = new Error('bug');
  const source = (function* (): Generator<Uint8Array> {
    yield Uint8Array.of(1);
    throw bug;
  })();
  await assert.rejects(writeChunksAtomic(path, source), (error) => error === bug);
  assert.deepEqual(await readdir(folder), []);
});

test('temporary files of killed processes are removed, and nothing else', async () => {
  const source = (async function* (): AsyncGenerator<Uint8Array> {
    yield Uint8Array.of(1);
    const [temporary = '', ...more] = await readdir(folder);
    assert.deepEqual(more, []);
    await writeFile(join(folder, 'a.tmp'), '');
    await writeFile(join(folder, `.b${temporary}x`), '');
    // As if the process had ended here.
    await copyFile(join(folder, temporary), join(folder, temporary.replace('file', 'other')));
  })();
  await writeChunksAtomic(join(folder, 'file'), source);
  assert.equal((await readdir(folder)).length, 4);
  await removeTemporaries(folder);
  const names = await readdir(folder);
  assert.equal(names.length, 3);
  assert.ok(!names.some((name) => name.startsWith('.other')));
  await removeTemporaries(join(folder, 'missing'));
});

test('impossible places are user errors', async () => {
  await mkdir(join(folder, 'taken'));
  await writeFile(join(folder, 'file'), '');
  for (const path of [join(folder, 'no', 'such'), join(folder, 'taken'), join(folder, 'file', 'below')]) {
    await assert.rejects(writeFileAtomic(path, 'x'), { code: 'files.write' });
  }
  assert.deepEqual((await readdir(folder)).sort(), ['file', 'taken']);
});

// A size limit is the one failing disk that a test can have without being root.
test('a real failing write', { skip: process.platform === 'win32' }, async () => {
  const path = join(folder, 'big');
  await writeFileAtomic(path, 'old');
  const program = `
    import { writeFileAtomic } from ${JSON.stringify(new URL('./atomic.js', import.meta.url).href)};
    await writeFileAtomic(process.argv[1], new Uint8Array(1 << 20)).catch((error) => console.log(error.code));`;
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    'ulimit -f 8 && exec "$0" --input-type=module -e "$1" "$2"',
    process.execPath,
    program,
    path,
  ]);
  assert.equal(stdout.trim(), 'files.write');
  assert.equal(await readFile(path, 'utf8'), 'old');
  assert.deepEqual(await readdir(folder), ['big']);
});
