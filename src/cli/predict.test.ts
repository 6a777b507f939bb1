import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { bundled, jsonLines, lastLine, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { type RunEvent, STOPPED } from '../run/events.js';
import { predictRun } from '../run/use/predict-run.js';

describe('pictures are classified', () => {
  const folder = testFolder();

  before(async () => {
    await writeImages(join(folder.path, 'colours'), 14);
    await writeModel(join(folder.path, 'tiny.onnx'));
    const flags = [
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--epochs',
      '4',
      '--lr',
      '0.05',
      '--out',
      'run',
    ];
    const { code, stderr } = await adarand(folder.path, 'train', 'colours', ...flags);
    assert.equal(code, 0, stderr);
  });

  test('predict names classes with probabilities', async () => {
    const image = 'colours/red/00.png';
    const { stdout } = await adarand(folder.path, 'predict', 'run', image, '--json', '--top', '3');
    const { classes } = lastLine(stdout);
    assert.ok(Array.isArray(classes));
    assert.equal(classes[0].name, 'red');
    const total = classes.reduce((sum, { probability }) => sum + probability, 0);
    assert.ok(Math.abs(total - 1) < 1e-6);
  });

  test('predict answers for all images that it can read, in order, and says which it cannot', async () => {
    const mixed = join(folder.path, 'mixed');
    await mkdir(join(mixed, 'in/deeper'), { recursive: true });
    const copy = (image: string, to: string) =>
      copyFile(join(folder.path, 'colours', image), join(mixed, to));
    await copy('red/00.png', 'c.png');
    await copy('blue/00.png', 'in/deeper/a.png');
    await copy('green/00.png', 'in/b.png');
    await writeFile(join(mixed, 'in/broken.png'), 'no image');
    await writeFile(join(mixed, 'in/notes.txt'), 'no image either');
    const predict = (...args: readonly string[]) =>
      adarand(mixed, 'predict', '../run', '--top', '1', ...args);
    const args = ['c.png', 'gone.png', 'in', 'c.png'];
    const text = await predict(...args);
    assert.equal(text.code, 1);
    assert.deepEqual(
      text.stdout
        .trim()
        .split('\n')
        // On a slow machine there is progress, too.
        .filter((line) => line.includes('png'))
        .map((line) => line.replace(/ [\d.]+ %$/, '')),
      ['c.png: red', 'in/b.png: green', 'in/deeper/a.png: blue', 'c.png: red'],
    );
    const [gone = '', hint = '', broken = '', , last = '', reasons = ''] = text.stderr.split('\n');
    assert.equal(gone, 'gone.png does not exist');
    assert.match(hint, /^hint: Give paths of image files/);
    assert.match(broken, /^in\/broken\.png cannot be read: not an image/);
    assert.equal(last, 'error: 2 of 6 could not be classified');
    assert.match(reasons, /^hint: Each of them is listed above with its reason/);
    const { code, stdout } = await predict(...args, '--json');
    assert.equal(code, 1);
    const lines = jsonLines(stdout).filter(({ type }) => type === 'prediction');
    assert.deepEqual(
      lines.map(({ image, error }) => [image, z.object({ code: z.string() }).safeParse(error).data?.code]),
      [
        ['c.png', undefined],
        ['gone.png', 'predict.no-image'],
        ['in/b.png', undefined],
        ['in/broken.png', 'predict.unreadable-image'],
        ['in/deeper/a.png', undefined],
        ['c.png', undefined],
      ],
    );
    assert.equal(lastLine(stdout).code, 'cli.incomplete');
    assert.deepEqual(lines.at(-1)?.classes, lines[0]?.classes);
  });

  test('predict gives each answer as soon as it is there, and in order', async () => {
    const seen: RunEvent[] = [];
    const run = join(folder.path, 'run');
    const emit = (event: RunEvent) => void seen.push(event);
    const images = [join(folder.path, 'colours/red'), 'gone.png', join(folder.path, 'colours/blue')];
    const options = { run, images, top: 1, tta: 'none', device: 'cpu', threads: 1 } as const;
    const answers = await predictRun({ ...options, images: [...images] }, { emit, stop: () => false });
    const given = seen.flatMap((event) => (event.type === 'prediction' ? [event] : []));
    assert.deepEqual(
      given.map(({ type, ...answer }) => answer),
      answers,
    );
    assert.deepEqual(
      seen.map(({ type }) => type),
      ['phase', ...Array(16).fill('prediction'), 'progress', ...Array(13).fill('prediction')],
    );
    let told = 0;
    const stopping = predictRun(
      { ...options, images: [...images] },
      {
        stop: () => told > 0,
        emit({ type }) {
          told += Number(type === 'prediction');
        },
      },
    );
    await assert.rejects(stopping, {
      code: STOPPED,
      message: 'stopped before the last image; nothing was written',
      hint: 'The same command or call begins anew.',
    });
    assert.equal(told, 16);
  });

  test('predict follows links, enters a folder once, and says which folder has no image', async () => {
    const linked = join(folder.path, 'linked');
    await mkdir(join(linked, 'in/empty'), { recursive: true });
    await mkdir(join(linked, 'none'));
    await symlink(join(folder.path, 'colours/red/00.png'), join(linked, 'in/red.png'));
    await symlink(linked, join(linked, 'in/loop'));
    await symlink('nowhere.png', join(linked, 'in/broken.png'));
    await writeFile(join(linked, 'none/notes.txt'), '');
    const args = ['predict', 'run', 'linked/in', 'linked/none', 'linked/in/red.png'];
    const { code, stdout } = await adarand(folder.path, ...args, '--json');
    assert.equal(code, 1);
    const answers = jsonLines(stdout).filter(({ type }) => type === 'prediction');
    const message = z.object({ message: z.string() }).optional();
    assert.deepEqual(
      answers.map(({ image, error }) => [image, message.parse(error)?.message]),
      [
        [
          'linked/in/broken.png',
          'linked/in/broken.png cannot be read: not there: a broken link, or removed by now',
        ],
        ['linked/in/red.png', undefined],
        ['linked/none', 'linked/none has no images, but 1 .txt file'],
        ['linked/in/red.png', undefined],
      ],
    );
    assert.deepEqual(answers[3]?.classes, answers[1]?.classes);
    const alone = await adarand(folder.path, 'predict', 'run', 'linked/none');
    assert.equal(alone.code, 1);
    assert.equal(
      alone.stderr,
      'linked/none has no images, but 1 .txt file\nhint: Give paths of image files, or of folders that have some.\n' +
        'error: 1 of 1 could not be classified\n' +
        'hint: Each of them is listed above with its reason; the answers for the others hold.\n',
    );
  });

  test('predict reads an image from the standard input, and says what is wrong with it', async () => {
    const main = bundled('cli/main');
    const run = 'run';
    const piped = async (input: string, ...images: readonly string[]) => {
      const command = `exec "$0" "$@" ${input}`;
      const args = ['-c', command, process.execPath, main, 'predict', run, ...images, '--json'];
      const ended = promisify(execFile)('sh', args, { cwd: folder.path }).catch((error) => error);
      const { stdout } = z.object({ stdout: z.string() }).parse(await ended);
      return jsonLines(stdout).filter(({ type }) => type === 'prediction' || type === 'error');
    };
    const [typed, ...copies] = await piped('< colours/red/00.png', 'colours/red/00.png', '-', '-');
    assert.deepEqual(
      copies,
      ['-', '-'].map((image) => ({ ...typed, image })),
    );
    for (const nothing of ['< /dev/null', '< .', '<&-']) {
      const [empty, failed] = await piped(nothing, '-');
      assert.deepEqual(z.object({ code: z.string(), message: z.string() }).parse(empty?.error), {
        code: 'predict.unreadable-image',
        message: '- cannot be read: empty file',
      });
      assert.equal(failed?.code, 'cli.incomplete');
    }
    const [large] = await piped('< /dev/zero', '-');
    assert.equal(large?.message, 'the standard input has more than 268 MB');
    await copyFile(join(folder.path, 'colours/red/00.png'), join(folder.path, '-'));
    // As many as before: in a batch of another size, sums are rounded otherwise.
    const [file] = await piped('< /dev/null', './-', './-', './-');
    assert.deepEqual(file, { ...typed, image: './-' });
  });
});
