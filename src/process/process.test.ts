import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { bundled } from '../../test/helpers/cli.js';
import { AdarandError } from '../errors.js';
import { isAlive } from '../files/process-identity.js';
import { commandLine } from '../run/command-line.js';
import { checkDevice } from '../run/operations/check-device.js';
import { Operation } from '../run/operations/operation.js';
import { predict } from '../run/operations/predict.js';
import { train } from '../run/operations/train.js';
import { crashed, killed } from './crash.js';
import { execArguments } from './exec-arguments.js';
import { fromFailure, toFailure } from './failure.js';
import { launch } from './launch.js';
import { parsed } from './messages.js';

test('an operation is performed in a process of its own', async () => {
  const { driver, milliseconds } = await launch(checkDevice, { device: 'cpu' }).result;
  assert.match(driver, /^onnxruntime-node by its (C API|Node binding)/);
  assert.ok(milliseconds > 0);
});

test('a mistake that the process finds arrives as the error that it is', async () => {
  const { result } = launch(predict, { run: 'nowhere', images: ['none.jpg'] });
  await assert.rejects(result, (error: unknown) => {
    assert.ok(error instanceof AdarandError);
    assert.equal(error.code, 'run.not-a-run');
    assert.match(error.message, /nowhere does not exist/);
    return true;
  });
});

test('a request is checked by the schema of its operation', async () => {
  await assert.rejects(launch(predict, { run: '', images: [], top: 0.5 }).result, {
    name: 'AdarandError',
    code: 'config.invalid',
    message: 'run must not be empty; images needs at least 1; top must be a whole number, not 0.5',
    hint: 'docs/options.md explains every option.',
  });
});

test('a result of another kind than the operation promises rejects, and ends nobody', async () => {
  const { name, request } = checkDevice;
  const result = z.object({ driver: z.literal('none') });
  const other = new Operation({ name, request, result, perform: () => Promise.reject() });
  await assert.rejects(launch(other, { device: 'cpu' }).result, {
    name: 'AdarandError',
    code: 'process.answer',
    message: 'the process sent something else than it promises (driver: Invalid input: expected "none")',
  });
});

test('a result that is not finite rejects with a code', () => {
  const schema = z.object({ loss: z.number() });
  assert.throws(() => parsed(schema, { loss: Number.NaN }), {
    code: 'process.answer',
    message:
      'the process sent something else than it promises (loss: Invalid input: expected number, received NaN)',
  });
});

test('options that are no plain data are refused by name, and leave no process', async () => {
  const options = { run: 'nowhere', images: ['none.jpg'] };
  const notPlain: [object, string][] = [
    [{ top: () => 1 }, 'top must be a number, not a function'],
    [{ top: Symbol('x') }, 'top must be a number, not a symbol'],
    [{ extra: () => 1 }, 'there is no option extra.'],
  ];
  for (const [given, message] of notPlain) {
    const { result } = launch(predict, Object.assign({}, options, given));
    await assert.rejects(result, { code: 'config.invalid', message });
  }
  const method = launch(train, { data: 'x', model: 'y', methodOptions: { f: () => 1 } });
  await assert.rejects(method.result, {
    code: 'config.invalid',
    message: /the options cannot be given to a process: .* could not be cloned/,
  });
});

test('a process ends soon after its parent was killed, whatever it is doing', {
  skip: process.platform === 'win32' && 'numbers of processes are used again',
}, async () => {
  const maker = fileURLToPath(new URL('../../test/helpers/orphan-maker.js', import.meta.url));
  const parent = spawn(process.execPath, [maker], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.setEncoding('utf8').once('data', (text: string) => resolve(Number(text))),
  );
  const lives = () => isAlive({ pid, host: undefined, start: undefined });
  assert.ok(lives());
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.ok(lives(), 'it blocks');
  parent.kill('SIGKILL');
  const killed = performance.now();
  while (lives() && performance.now() - killed < 10_000)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(!lives(), 'it is still there');
});

test('a process that is killed is reported', async () => {
  const launched = launch(checkDevice, { device: 'wasm' });
  launched.kill();
  await assert.rejects(launched.result, { code: 'run.stopped' });
});

test('a crash reports the signal, the phase, its last output and how to continue', async () => {
  const run = await mkdtemp(join(tmpdir(), 'adarand-'));
  try {
    const crash = { code: null, signal: 'SIGSEGV', phase: 'train', run, output: 'bad things' };
    assert.match(crashed(crash).message, /SIGSEGV \(phase: train\)\nIts last output:\nbad things/);
    assert.match(crashed({ ...crash, signal: 'SIGKILL' }).message, /memory ran out/);
    assert.equal(crashed({ ...crash, run: undefined, output: '' }).hint, undefined);
    assert.equal(crashed(crash).hint, undefined, 'it is no run yet');

    await writeFile(join(run, 'run.json'), '');
    assert.equal(
      crashed(crash).hint,
      `Continue from its last checkpoint with: ${commandLine('train', '--resume', run)}`,
    );
    assert.equal(killed(run).hint, crashed(crash).hint);
    await writeFile(join(run, 'summary.json'), '');
    assert.equal(crashed(crash).hint, `${run} is finished nevertheless.`);
  } finally {
    await rm(run, { recursive: true });
  }
});

describe('a program without a file', () => {
  const index = pathToFileURL(bundled('index')).href;
  const program = `import { predict } from '${index}';
predict({ run: 'nowhere', images: ['none.jpg'] }).catch(({ code, message }) => console.log(code, message));`;
  const run = (
    args: readonly string[],
    given: { readonly input?: string; readonly NODE_OPTIONS?: string },
  ) => {
    const { input = '', NODE_OPTIONS = '' } = given;
    const options = { input, env: { ...process.env, NODE_OPTIONS }, encoding: 'utf8' } as const;
    return spawnSync(process.execPath, args, options).stdout;
  };
  const works = (args: readonly string[], given: Parameters<typeof run>[1] = {}) =>
    assert.equal(run(args, given), 'run.not-a-run nowhere does not exist\n', args.join(' '));

  test('given as a flag uses the library', () => {
    works(['--input-type=module', '-e', program]);
    works(['--no-warnings', '--input-type', 'module', `--eval=${program}`]);
    works(['-e', program], { NODE_OPTIONS: '--no-warnings --input-type=module' });
  });

  test('read from standard input uses the library', () => {
    works(['--input-type=module'], { input: program });
    works(['--input-type=module', '-'], { input: program });
  });
});

test('flags of Node that are not about the program are kept', () => {
  const given = ['--input-type=module', '--import', './hook.js', '-e', 'x', '--max-old-space-size=99', '-'];
  assert.deepEqual(execArguments(given), ['--import', './hook.js', '--max-old-space-size=99']);
});

test('errors keep what they are across processes', () => {
  const mistake = fromFailure(toFailure(new AdarandError('a.b', 'message', 'hint')));
  assert.ok(mistake instanceof AdarandError);
  assert.deepEqual([mistake.code, mistake.message, mistake.hint], ['a.b', 'message', 'hint']);
  const bug = new TypeError('oops');
  const arrived = fromFailure(toFailure(bug));
  assert.ok(!(arrived instanceof AdarandError));
  assert.equal(arrived.stack, bug.stack);
});
