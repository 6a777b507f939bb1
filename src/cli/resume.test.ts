import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  adarand,
  bundled,
  isOther,
  jsonLines,
  start,
  testFolder,
  typed,
  writeImages,
  writeModel,
} from '../../test/helpers/cli.js';
import { fourEpochs } from '../../test/helpers/four-epochs.js';
import { lastGiven } from '../../test/helpers/last-given.js';
import { readJsonLines } from '../files/json-lines.js';

/** AdaRand with augmentation, momentum, an average and accumulation, and a rate for each group: all that must be the same. */
const recipe = [
  ...fourEpochs,
  ...['--augment', 'rand-augment', '--ema-decay', '0.9', '--accumulate', '2', '--train', 'last:3'],
  ...['--layer-decay', '0.8', '--head-lr-scale', '2', '--json'],
];

describe('runs that are interrupted', () => {
  const folder = testFolder();
  const digest = async (run: string, file: string) =>
    createHash('sha256')
      .update(await readFile(join(folder.path, run, file)))
      .digest('hex');
  const assertSame = async (a: string, b: string) => {
    for (const file of ['model.onnx', 'checkpoints/last.safetensors', 'checkpoints/best.safetensors'])
      assert.equal(await digest(a, file), await digest(b, file), `${file} of ${a} and ${b}`);
  };

  before(async () => {
    await writeImages(join(folder.path, 'colours'), 14);
    await writeModel(join(folder.path, 'tiny.onnx'));
    const whole = await adarand(folder.path, 'train', ...recipe, '--out', 'whole');
    assert.equal(whole.code, 0, whole.stderr);
  });

  test('the same seed gives the same bits, another seed does not', async () => {
    await adarand(folder.path, 'train', ...recipe, '--out', 'second');
    await assertSame('whole', 'second');
    const others = lastGiven(...recipe, '--seed', '8');
    await adarand(folder.path, 'train', ...others, '--out', 'other', '--max-steps', '4');
    assert.notEqual(await digest('whole', 'model.onnx'), await digest('other', 'model.onnx'));
  });

  test('killed inside an epoch and resumed, a run ends with the same bytes', async () => {
    const step = 4 + (Date.now() % 20);
    const running = start(folder.path, 'train', ...recipe, '--out', 'killed', '--checkpoint-seconds', '0.01');
    await running.line(new RegExp(`"step":${step},`));
    process.kill(await processId('killed'), 'SIGKILL');
    const { code, stderr } = await running.ended;
    assert.equal(code, 1);
    assert.match(stderr, /SIGKILL.*phase: (train|validate)/);
    assert.match(stderr, /adarand train --resume killed/);

    const resumed = await adarand(folder.path, 'train', '--resume', 'killed', '--json');
    assert.equal(resumed.code, 0, resumed.stderr);
    const [first] = jsonLines(resumed.stdout).filter(({ type }) => type === 'run');
    assert.ok(Number(first?.step) > 0, 'it began again instead of continuing');
    await assertSame('whole', 'killed');
    assert.deepEqual(await loggedSteps('killed'), await loggedSteps('whole'));
  });

  test('Ctrl-C leaves a run that can be resumed, and says how', async () => {
    const running = start(folder.path, 'train', ...recipe, '--out', 'stopped');
    await running.line(/"step":9,/);
    running.process.kill('SIGINT');
    const { code, stderr } = await running.ended;
    assert.equal(code, 130);
    assert.match(stderr, /stopped after step \d+, with a checkpoint\nhint: .*adarand train --resume stopped/);
    const resumed = await adarand(folder.path, 'train', '--resume', 'stopped', '--json');
    assert.equal(resumed.code, 0, resumed.stderr);
    await assertSame('whole', 'stopped');
  });

  test('Ctrl-C before training leaves nothing', async () => {
    // The channels' importance takes seconds here: on a busy machine, too, the signal arrives before training.
    const args = [
      'colours',
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--method',
      'delta',
      '--image-size',
      '96',
      '--json',
    ];
    const running = start(folder.path, 'train', ...args, '--out', 'early');
    await running.line(/"phase":"model"/);
    running.process.kill('SIGINT');
    assert.equal((await running.ended).code, 130);
    assert.ok(!existsSync(join(folder.path, 'early')));
  });

  test('a process whose parent is gone saves its run', async () => {
    const running = start(folder.path, 'train', ...recipe, '--out', 'orphan');
    await running.line(/"step":9,/);
    running.process.kill('SIGKILL');
    await running.ended;
    for (let i = 0; i < 100 && existsSync(join(folder.path, 'orphan/.lock')); i++) await pause(50);
    assert.ok(!existsSync(join(folder.path, 'orphan/.lock')), 'the process is still there');
    assert.ok(existsSync(join(folder.path, 'orphan/checkpoints/last.safetensors')));
  });

  test('where a checkpoint cannot be written, the one before stays, and the run can be continued', {
    skip: process.platform === 'win32' && 'no ulimit',
  }, async () => {
    const before = await digest('orphan', 'checkpoints/last.safetensors');
    const command = `ulimit -f 200; exec "$0" "$@"`;
    const main = bundled('cli/main');
    const args = ['-c', command, process.execPath, main, 'train', '--resume', 'orphan'];
    const failed = await promisify(execFile)('sh', args, { cwd: folder.path }).catch((error) => error);
    assert.equal(failed.code, 2);
    assert.match(failed.stderr, /Cannot write orphan.*\nhint: .* train --resume orphan/);
    assert.equal(await digest('orphan', 'checkpoints/last.safetensors'), before);
    const resumed = await adarand(folder.path, 'train', '--resume', 'orphan');
    assert.equal(resumed.code, 0, resumed.stderr);
    await assertSame('whole', 'orphan');
  });

  test('where the number of threads changes with the machine, a resumed run says so', async () => {
    const file = join(folder.path, 'more-cores/run.json');
    const resumedWith = async (recorded: { threads: number; options: object }) => {
      await rm(join(folder.path, 'more-cores'), { recursive: true, force: true });
      await cp(join(folder.path, 'whole'), join(folder.path, 'more-cores'), { recursive: true });
      await rm(join(folder.path, 'more-cores/summary.json'));
      const record = JSON.parse(await readFile(file, 'utf8'));
      assert.equal(record.threads, record.machine.cores, 'one per core, unless --threads is given');
      await writeFile(
        file,
        JSON.stringify({ ...record, ...recorded, options: { ...record.options, ...recorded.options } }),
      );
      const { code, stdout, stderr } = await adarand(
        folder.path,
        'train',
        '--resume',
        'more-cores',
        '--json',
      );
      assert.equal(code, 0, stderr);
      return jsonLines(stdout).filter(({ type, text }) => type === 'remark' && isOther(text));
    };
    const [remark, ...more] = await resumedWith({ threads: 999, options: {} });
    assert.match(String(remark?.text), /began with 999 CPU threads, one per core, and continues with \d+:/);
    assert.deepEqual(more, []);
    assert.deepEqual(await resumedWith({ threads: 1, options: { threads: 1 } }), []);
  });

  test('temporary checkpoints of a killed run are removed when it continues', async () => {
    const run = join(folder.path, 'temporary');
    await cp(join(folder.path, 'whole'), run, { recursive: true });
    await rm(join(run, 'summary.json'));
    const names = ['.summary.json.0123456789ab.tmp', 'checkpoints/.last.safetensors.ba9876543210.tmp'];
    for (const name of names) await writeFile(join(run, name), 'half');
    const { code, stderr } = await adarand(folder.path, 'train', '--resume', 'temporary');
    assert.equal(code, 0, stderr);
    for (const name of names) assert.ok(!existsSync(join(run, name)), name);
    await assertSame('whole', 'temporary');
  });

  test('a run that is finished, or whose data changed, is not resumed', async () => {
    const finished = await adarand(folder.path, 'train', '--resume', 'whole');
    assert.equal(finished.code, 2);
    assert.match(finished.stderr, /whole is finished already/);

    await cp(join(folder.path, 'whole'), join(folder.path, 'changed'), { recursive: true });
    await rm(join(folder.path, 'changed/summary.json'));
    const added = join(folder.path, 'colours/red/extra.png');
    await cp(join(folder.path, 'colours/red/00.png'), added);
    const changed = await adarand(folder.path, 'train', '--resume', 'changed');
    await rm(added);
    assert.equal(changed.code, 2);
    assert.match(
      changed.stderr,
      /colours is not what this run began with: 1 file is new \(red\/extra\.png\)$/m,
      'what changed is named',
    );
    assert.doesNotMatch(changed.stdout, /train \/ |classes/, 'nothing is said of images that are others');
  });

  test('a run whose folder of images was moved says what continues it, and goes on to the same bits', async () => {
    const at = (name: string) => join(folder.path, name);
    await cp(at('whole'), at('moved'), { recursive: true });
    await rm(at('moved/summary.json'));
    await rename(at('colours'), at('elsewhere'));
    try {
      const { code, stderr } = await adarand(folder.path, 'train', '--resume', 'moved');
      assert.equal(code, 2);
      assert.match(stderr, /colours does not exist, where the images of this run are expected$/m);
      const [, line = ''] = /: (adarand train DATA --resume moved)$/m.exec(stderr) ?? assert.fail(stderr);
      const ended = await typed(folder.path, line.replace('DATA', 'elsewhere'));
      assert.equal(ended.code, 0, ended.stderr);
      assert.match(ended.stdout, /images are now in \S+elsewhere, not in \S+colours$/m);
      await assertSame('moved', 'whole');
      const { options, changes } = await folder.json('moved/run.json');
      assert.equal(basename(options.data), 'elsewhere');
      assert.deepEqual(Object.keys(changes[0].data), ['from', 'to']);
    } finally {
      await rename(at('elsewhere'), at('colours'));
    }
  });

  test('two processes do not write one run', async () => {
    const { path } = folder;
    await writeFile(join(path, 'changed/.lock'), `${process.pid} ${hostname()}\n`);
    const locked = await adarand(path, 'train', '--resume', 'changed');
    assert.equal(locked.code, 2);
    assert.match(locked.stderr, new RegExp(`process ${process.pid} is working on this run`));
  });

  /** The lock names the process that writes a run. */
  const processId = async (run: string) =>
    Number.parseInt(await readFile(join(folder.path, run, '.lock'), 'utf8'), 10);

  const loggedSteps = async (run: string) =>
    (await readJsonLines(join(folder.path, run, 'metrics.jsonl'))).map((line) => {
      assert.ok(typeof line === 'object' && line !== null && 'step' in line);
      // What training began with has no loss of a step.
      return [line.step, 'loss' in line ? line.loss : undefined];
    });
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
