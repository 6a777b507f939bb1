import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, cp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import {
  adarand,
  type Ended,
  jsonLines,
  lastLine,
  startWith,
  testFolder,
  writeImages,
  writeModel,
} from '../../test/helpers/cli.js';
import { type Failures, failing } from '../../test/helpers/failing-files.js';

/** What a terminal would act on. */
const control = /[^\P{Cc}\n\t]/u;

describe('folders with what nobody expects in them', {
  concurrency: 2,
  skip: process.platform !== 'linux' && 'names and devices are those of Linux',
}, () => {
  const folder = testFolder();
  const at = folder.inside;
  const train = (data: string, ...more: readonly string[]) => trainWith({}, data, ...more);
  const trainWith = (env: NodeJS.ProcessEnv, data: string, ...more: readonly string[]) => {
    const model = more.includes('--model') ? [] : ['--model', 'tiny.onnx', '--no-tensorboard'];
    return startWith(env, folder.path, 'train', data, ...model, '--max-steps', '1', ...more).ended;
  };

  before(async () => {
    await writeImages(at('photos'), 6);
    await writeModel(at('tiny.onnx'));
    const { code, stderr } = await train('photos', '--out', 'run');
    assert.equal(code, 0, stderr);
  });

  const changed = async (name: string, change: (path: string) => unknown) => {
    await cp(at('photos'), at(name), { recursive: true });
    await change(at(name));
    return name;
  };
  const fifo = (path: string) => execFileSync('mkfifo', [path]);

  /** Refused with this code, a hint, and no stack. */
  const refused = async (ended: Promise<Ended>, code: string, message: RegExp) => {
    const { code: exit, stdout, stderr } = await ended;
    const last = lastLine(stdout);
    assert.equal(exit, 2, stderr);
    assert.equal(last.code, code, stderr);
    assert.match(String(last.message), message);
    assert.match(String(last.hint), /^[A-Z].{5,}/s);
    assert.doesNotMatch(stderr, /^ +at /m);
    assert.doesNotMatch(stdout + stderr, control);
  };

  test('an image folder with all of it is trained, evaluated and predicted', async () => {
    const server = createServer();
    const name = await changed('odd', async (path) => {
      const red = (file: string) => join(path, 'red', file);
      fifo(red('pipe.png'));
      await new Promise<void>((resolve) => server.listen(red('socket.png'), resolve));
      await symlink('/dev/zero', red('zero.png'));
      await symlink('/', red('everything'));
      await symlink('.', red('again'));
      await symlink('loop.png', red('loop.png'));
      await symlink('nowhere', red('broken.png'));
      await writeFile(red('empty.png'), '');
      await mkdir(red('folder.png'));
      await copyFile(red('00.png'), red('folder.png/other.png'));
      await writeFile(red('a\nb\u001b[31m\u009b5m\u202e.png'), 'x');
      await writeFile(red('note.\u001b]0;title\u0007'), 'x');
      const bytes = Buffer.concat([Buffer.from(red('caf')), Buffer.from([0xe9]), Buffer.from('.png')]);
      await writeFile(bytes, 'x');
    });
    const escaped = 'red/a\\nb\\u001b[31m\\u009b5m\\u202e.png';
    try {
      const trained = await train(name, '--out', 'run-odd');
      assert.equal(trained.code, 0, trained.stderr);
      const { stdout } = trained;
      assert.doesNotMatch(stdout, control);
      assert.match(stdout, /odd: 3 classes, 13 train \/ 3 val \/ 3 test images/);
      assert.match(stdout, /^skipped 5 files that cannot be read: /m);
      assert.ok(stdout.includes(escaped), stdout);
      const ignored = /^ignored, because they are not images of a class: (.*)$/m.exec(stdout)?.[1] ?? '';
      for (const kind of ['1 named pipe', '1 socket', '1 device', '1 link to the whole file system'])
        assert.ok(ignored.includes(kind), ignored);

      const json = await train(name, '--out', 'run-json', '--json');
      assert.doesNotMatch(json.stdout, control);
      const data = jsonLines(json.stdout).find(({ type }) => type === 'data');
      assert.deepEqual(
        Object.entries(Object(data?.report).damaged).map(([, file]) => Object(file)),
        [
          {
            path: 'red/a\nb\u001b[31m\u009b5m\u202e.png',
            reason: 'not an image, or a format that cannot be read',
          },
          { path: 'red/broken.png', reason: 'not there: a broken link, or removed by now' },
          { path: 'red/caf\ufffd.png', reason: 'a name that is not UTF-8' },
          { path: 'red/empty.png', reason: 'empty file' },
          { path: 'red/loop.png', reason: 'a link that leads to itself' },
        ],
      );

      const evaluated = await adarand(folder.path, 'eval', 'run', name);
      assert.equal(evaluated.code, 0, evaluated.stderr);
      assert.ok(evaluated.stdout.includes(`skipped ${escaped}: not an image`), evaluated.stdout);
      assert.doesNotMatch(evaluated.stdout, control);

      const predicted = await adarand(folder.path, 'predict', 'run', `${name}/red`, `${name}/red/pipe.png`);
      assert.equal(predicted.code, 1, predicted.stderr);
      assert.equal(predicted.stdout.match(/\.png: /g)?.length, 7);
      assert.match(predicted.stderr, /pipe\.png is not a file/);
      assert.match(predicted.stderr, /error: 6 of 13 could not be classified/);
      assert.doesNotMatch(predicted.stdout + predicted.stderr, control);
    } finally {
      server.close();
    }
  });

  test('a class whose name is no text is refused', async () => {
    const name = await changed('lost', (path) =>
      rename(join(path, 'red'), Buffer.concat([Buffer.from(`${path}/r`), Buffer.from([0xe9])])),
    );
    await refused(train(name, '--json'), 'data.name', /lost\/r\ufffd has a name that is not UTF-8/);
  });

  test('a class whose name would steer the terminal is refused', async () => {
    const name = await changed('steering', (path) => rename(join(path, 'red'), join(path, 'r\n\u001b[31m')));
    await refused(train(name, '--json'), 'data.name', /a class folder "r\\n\\u001b\[31m"/);
  });

  test('what is no folder of images is refused', async () => {
    fifo(at('pipe'));
    await symlink('mutual-b', at('mutual-a'));
    await symlink('mutual-a', at('mutual-b'));
    await symlink('/', at('all'));
    const long = 'a'.repeat(300);
    const deep = Array.from({ length: 30 }, () => 'a'.repeat(200)).join('/');
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['/', 'data.whole-system', /^\/ is the whole file system/],
      ['all', 'data.whole-system', /^all is the whole file system/],
      ['pipe', 'data.not-a-folder', /^pipe is a named pipe/],
      ['/dev/null', 'data.not-a-folder', /^\/dev\/null is a device/],
      ['tiny.onnx', 'data.not-a-folder', /^tiny\.onnx is a file/],
      ['mutual-a', 'data.unreadable-folder', /a link that leads to itself/],
      [long, 'data.unreadable-folder', /its path is too long/],
      [deep, 'data.unreadable-folder', /its path is too long/],
      ['no\u001b[31msuch', 'data.missing', /does not exist/],
    ];
    for (const [data, code, message] of cases) await refused(train(data, '--json'), code, message);
  });

  test('pipes in the place of files are refused, not waited for', async () => {
    fifo(at('pipe.onnx'));
    await refused(train('photos', '--json', '--model', 'pipe.onnx'), 'model.read', /is a named pipe/);
    await mkdir(at('model'));
    fifo(at('model/config.json'));
    await refused(
      train('photos', '--json', '--model', 'model'),
      'model.read',
      /config\.json is a named pipe/,
    );
    const name = await changed('idx', (path) => {
      for (const file of ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte']) fifo(join(path, file));
    });
    await refused(train(name, '--json'), 'data.idx', /train-images-idx3-ubyte is a named pipe/);
    const files = { 'run.json': 'run.read', 'summary.json': 'run.read', 'model.onnx': 'run.damaged' };
    for (const [file, code] of Object.entries(files)) {
      await cp(at('run'), at('piped'), { recursive: true });
      await rm(at('piped', file));
      fifo(at('piped', file));
      const ended = adarand(folder.path, 'predict', 'piped', 'photos/red/00.png', '--json');
      await refused(ended, code, /is a named pipe/);
      await rm(at('piped'), { recursive: true });
    }
  });

  const fails = (failures: Failures, data: string, ...more: readonly string[]) =>
    trainWith(failing(failures), data, ...more);

  test('files that cannot be read, or are gone by then, are skipped', async () => {
    for (const [code, reason] of [
      ['EACCES', 'no permission to read'],
      ['ENOENT', 'not there: a broken link, or removed by now'],
      ['EIO', 'cannot be read: EIO'],
    ] as const) {
      // Files that no run has seen: what is remembered of a file is not read again.
      const data = await changed(`unreadable-${code}`, () => {});
      const failures = { calls: ['readFile'], path: 'red/03', code };
      const ended = await fails(failures, data, '--out', `run-${code}`);
      assert.equal(ended.code, 0, ended.stderr);
      assert.match(
        ended.stdout,
        new RegExp(`skipped 1 file that cannot be read: red/03.png \\(${reason}\\)`),
      );
    }
  });

  test('folders that cannot be read, or are gone by then, are refused', async () => {
    const of = (call: string, code: string) =>
      fails({ calls: [call], path: 'photos/red$', code }, 'photos', '--json');
    await refused(of('readdir', 'EACCES'), 'data.unreadable-folder', /red cannot be read: permission denied/);
    await refused(of('realpath', 'ENOENT'), 'data.missing', /photos\/red does not exist/);
    await refused(of('readdir', 'EIO'), 'data.unreadable-folder', /red cannot be read: EIO/);
  });

  test('what cannot be seen is not taken for what is not there', async () => {
    const out = (calls: readonly string[], code: string) =>
      fails({ calls: [...calls], path: '^unseen$', code }, 'photos', '--json', '--out', 'unseen');
    await mkdir(at('unseen'));
    await refused(out(['lstat'], 'EACCES'), 'files.read', /^Cannot read unseen: permission denied/);
    await refused(out(['readdir'], 'EIO'), 'files.read', /^Cannot read unseen: EIO/);
    const ended = (command: string, call: string, ...words: readonly string[]) =>
      startWith(
        failing({ calls: [call], path: 'unseen', code: 'EACCES' }),
        folder.path,
        command,
        ...words,
        '--json',
      ).ended;
    await refused(
      ended('eval', 'stat', 'run', 'photos', '--predictions', 'unseen.csv'),
      'files.read',
      /^Cannot read unseen\.csv: permission denied/,
    );
    const { stdout } = await ended('predict', 'stat', 'run', 'unseen/a.png', 'photos/red/00.png');
    assert.match(stdout, /"code":"files\.read"/);
    assert.match(stdout, /photos\/red\/00\.png/);
  });

  test('an --out that cannot be one is refused', async () => {
    await symlink('nowhere', at('broken'));
    await symlink('circle', at('circle'));
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['tiny.onnx', 'run.exists', /^tiny\.onnx is a file, not a folder/],
      ['/dev/null', 'run.exists', /^\/dev\/null is a device, not a folder/],
      ['broken', 'run.exists', /^broken is a link that leads nowhere/],
      ['circle', 'run.exists', /^circle is a link that leads nowhere/],
      ['photos/red', 'run.exists', /^photos\/red exists already/],
      ['tiny.onnx/below', 'files.write', /its folder is a file/],
      ['/proc/below', 'files.write', /^Cannot write \/proc\/below/],
      ['a'.repeat(300), 'files.write', /the name is too long/],
    ];
    for (const [out, code, message] of cases)
      await refused(train('photos', '--json', '--out', out), code, message);
    const exported = (to: string) => adarand(folder.path, 'export', 'run', '--to', to, '--json');
    await refused(exported('tiny.onnx'), 'export.exists', /^tiny\.onnx is a file, not a folder/);
    await refused(exported('/proc/below'), 'files.write', /^Cannot write \/proc\/below/);
  });

  test('a disk that is full or read-only is reported, whatever is written', async () => {
    const full = ['run\\.json', 'last\\.safetensors', 'model\\.onnx', 'summary\\.json', 'preparation'];
    for (const [i, file] of full.entries()) {
      const failures = { calls: ['open'], path: `full-${i}/.*${file}.*tmp`, code: 'ENOSPC' };
      await refused(
        fails(failures, 'photos', '--json', '--out', `full-${i}`),
        'files.disk-full',
        /No space left/,
      );
    }
    const lock = { calls: ['openSync'], path: 'locked/', code: 'ENOSPC' };
    await refused(fails(lock, 'photos', '--json', '--out', 'locked'), 'files.disk-full', /No space left/);
    const readOnly = { calls: ['mkdir'], path: 'read-only', code: 'EROFS' };
    const ended = fails(readOnly, 'photos', '--json', '--out', 'read-only');
    await refused(ended, 'files.write', /the disk is read-only/);
  });

  test('read-only data is trained on', async () => {
    const write = {
      calls: ['mkdir', 'rename', 'rm', 'writeFile', 'openSync'],
      path: 'photos/',
      code: 'EROFS',
    };
    const ended = await fails(write, 'photos', '--out', 'run-from-read-only');
    assert.equal(ended.code, 0, ended.stderr);
  });
});
