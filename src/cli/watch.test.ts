import assert from 'node:assert/strict';
import { appendFile, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { before, describe, test } from 'node:test';
import { adarand, lastLine, start, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { acquireLock } from '../files/lock.js';
import { parseOptions } from '../run/options/parse-options.js';
import { tuneOptionsSchema } from '../run/options/tune-options.js';

describe('watch', () => {
  const folder = testFolder();
  const inside = folder.inside;
  const look = async (path: string, ...flags: readonly string[]) => {
    const { code, stdout, stderr } = await adarand(folder.path, 'watch', path, '--once', ...flags);
    assert.equal(code, 0, stderr);
    return stdout;
  };

  /** The run before its end: as if its process had been there when the first epoch was over. */
  const unfinished = async (name: string) => {
    await cp(inside('whole'), inside(name), { recursive: true });
    await rm(inside(name, 'summary.json'));
    const lines = (await readFile(inside('whole/metrics.jsonl'), 'utf8')).split('\n');
    const first = lines.findIndex((line) => line.startsWith('{"type":"epoch","epoch":1'));
    await writeFile(inside(name, 'metrics.jsonl'), `${lines.slice(0, first + 1).join('\n')}\n`);
    return { next: `${lines[first + 1]}\n`, all: lines.slice(first + 1).join('\n') };
  };

  before(async () => {
    await writeImages(inside('colours'), 6);
    await writeModel(inside('tiny.onnx'));
    const flags = ['--epochs', '2', '--batch-size', '4', '--log-every', '1', '--threads', '1'];
    const trained = await adarand(
      folder.path,
      'train',
      'colours',
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      ...flags,
      '--out',
      'whole',
    );
    assert.equal(trained.code, 0, trained.stderr);
  });

  test('a finished run: how it ended, and no waiting', async () => {
    const { code, stdout } = await adarand(folder.path, 'watch', 'whole');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^whole: adarand on tiny\.onnx, colours\nfinished\n\[#+\] 100 % {2}2 of 2 epochs, batch 6 of 6/,
    );
    assert.match(stdout, /^epoch 2\/2 {2}loss /m);
    assert.match(stdout, /^best so far: /m);
    assert.match(stdout, /^val [▁▂▃▄▅▆▇█]{3} {2}\d/m);
    assert.match(stdout, /^test accuracy .* on 3 images$/m);
  });

  test('a run that nobody works on, that a process works on, and whose process is gone', async () => {
    await unfinished('states');
    assert.match(await look('states'), /^stopped; continue with: adarand train --resume states$/m);
    const lock = acquireLock(inside('states/.lock'), { code: 'run.locked', doing: 'testing' });
    const running = await look('states');
    assert.match(running, new RegExp(`^running \\(process ${process.pid}\\)$`, 'm'));
    assert.match(
      running,
      /^\[#{15}-{15}\] 50 % {2}about [\d.]+ s left {2}1 of 2 epochs, batch 3 of 6 {2}loss \d/m,
    );
    const status = lastLine(await look('states', '--json'));
    assert.equal(status.type, 'status');
    assert.equal(status.state, 'running');
    assert.deepEqual([status.epoch, status.epochs, status.step, status.total_steps], [1, 2, 3, 6]);
    assert.ok(Number(status.seconds_left) > 0);
    // A half-written line is not there yet.
    await appendFile(inside('states/metrics.jsonl'), '{"type":"epoch","epoch":2,"st');
    assert.match(await look('states'), /1 of 2 epochs, batch 3 of 6/);
    lock.release();
    await writeFile(inside('states/.lock'), `999999999 ${hostname()} 12345 0123456789abcdef\n`);
    assert.match(
      await look('states'),
      /^its process is dead; continue with: adarand train --resume states$/m,
    );
    assert.match(await readFile(inside('states/.lock'), 'utf8'), /^999999999 /, 'it takes no lock');
  });

  test('into a pipe, plain lines of what is new, through stops and replaced files, to the end', async () => {
    const { all } = await unfinished('followed');
    const watching = start(folder.path, 'watch', 'followed');
    await watching.line(/^stopped; /);
    const lock = acquireLock(inside('followed/.lock'), { code: 'run.locked', doing: 'testing' });
    await watching.line(/^running /);
    await writeFile(inside('new.jsonl'), (await readFile(inside('followed/metrics.jsonl'), 'utf8')) + all);
    await rename(inside('new.jsonl'), inside('followed/metrics.jsonl'));
    await watching.line(/^epoch 2\/2 /);
    await cp(inside('whole/summary.json'), inside('followed/summary.json'));
    lock.release();
    const { code, stdout } = await watching.ended;
    assert.equal(code, 0);
    assert.equal(stdout.match(/^epoch 2\/2 /gm)?.length, 1);
    assert.match(stdout, /^finished\ntest accuracy .*\n$/m);
    assert.ok(!stdout.includes('\u001b'));
  });

  test('Ctrl-C ends it without an error', async () => {
    await unfinished('interrupted');
    const watching = start(folder.path, 'watch', 'interrupted', '--json');
    assert.equal(JSON.parse(await watching.line(/^\{/)).state, 'stopped');
    watching.process.kill('SIGINT');
    const { code, stderr } = await watching.ended;
    assert.deepEqual([code, stderr], [0, '']);
  });

  test('a run that is being prepared', async () => {
    await mkdir(inside('new'));
    const lock = acquireLock(inside('new/.lock'), { code: 'run.locked', doing: 'testing' });
    assert.match(await look('new'), /^new: being prepared by process \d+: training has not begun$/m);
    lock.release();
  });

  test('a search: its runs, the one that is going on, and what is left', async () => {
    await mkdir(inside('search/trials'), { recursive: true });
    await unfinished('search/trials/adarand-1-2-0');
    const place = { method: 'adarand', learning_rate: 0.01, lambda: 1, augment: 'crop', label_smoothing: 0 };
    const outcome = {
      val_accuracy: 0.5,
      val_loss: 1,
      val_images: 3,
      probe_val_accuracy: null,
      best_epoch: 1,
    };
    const tried = { ...place, ...outcome, epochs: 2, stage: 0, fold: 0, seconds: 8, seconds_per_epoch: 3 };
    const request = parseOptions(tuneOptionsSchema, {
      data: 'colours',
      model: 'tiny.onnx',
      trials: 2,
      epochs: 2,
    });
    const runs = [{ run: 'trials/adarand-0-2-0', ...tried, configuration: 0 }];
    await writeFile(
      inside('search/tune.json'),
      JSON.stringify({ version: 2, request, folds: 1, seconds: 8, tried: runs }),
    );
    const stopped = await look('search');
    assert.match(
      stopped,
      /^search: a search of options\nstopped; continue with: adarand tune --resume search\n/,
    );
    assert.match(stopped, /^\[#{10}-{20}\] 33 % {2}1 of 3 runs have ended$/m);
    assert.match(stopped, /^trials\/adarand-0-2-0 {2}val 50\.0 % {2}8\.0 s$/m);
    assert.match(stopped, /^search\/trials\/adarand-1-2-0: adarand on tiny\.onnx, colours\nstopped$/m);
    const lock = acquireLock(inside('search/.lock'), { code: 'run.locked', doing: 'testing' });
    // Three runs of 8 seconds, of which one is over.
    assert.match(await look('search'), /1 of 3 runs have ended {2}about 16 s left$/m);
    lock.release();
  });

  test('an experiment: planned, finished and failed runs', async () => {
    await mkdir(inside('experiment/runs'), { recursive: true });
    await unfinished('experiment/runs/c');
    const place = { dataset: 'colours', model: 'tiny', method: 'adarand', fraction: 1, seed: 0 };
    const error = { code: 'training.diverged', message: 'the loss became NaN' };
    const runs = [
      { ...place, run: 'runs/a', status: 'finished', seconds: 4 },
      { ...place, run: 'runs/b', status: 'failed', seconds: 2, error },
      { ...place, run: 'runs/c', status: 'planned' },
      { ...place, run: 'runs/d', status: 'planned' },
    ];
    const request = { data: ['colours'] };
    await writeFile(
      inside('experiment/experiment.json'),
      JSON.stringify({ version: 1, request, runs, seconds: 6 }),
    );
    const lock = acquireLock(inside('experiment/.lock'), { code: 'run.locked', doing: 'testing' });
    const running = await look('experiment');
    assert.match(running, /^\[#{15}-{15}\] 50 % {2}2 of 4 runs have ended, 1 failed {2}about 6\.0 s left$/m);
    assert.match(
      running,
      /^runs\/a {2}finished {2}4\.0 s$\n^runs\/b {2}FAILED {2}2\.0 s: the loss became NaN$/m,
    );
    assert.match(running, /^experiment\/runs\/c: adarand on tiny\.onnx, colours$/m);
    lock.release();
    const status = lastLine(await look('experiment', '--json'));
    assert.deepEqual([status.kind, status.runs, status.finished, status.failed], ['experiment', 4, 1, 1]);
  });

  test('another folder, none, and damaged files are refused with a reason', async () => {
    const refused = async (path: string, message: RegExp) => {
      const { code, stderr } = await adarand(folder.path, 'watch', path, '--once');
      assert.equal(code, 2);
      assert.match(stderr, message);
    };
    await refused('colours', /^error: colours is no run, search or experiment: it has no run\.json/);
    await refused('nowhere', /^error: nowhere does not exist$/m);
    await unfinished('damaged');
    await appendFile(inside('damaged/metrics.jsonl'), 'no line\n');
    await refused('damaged', /^error: damaged\/metrics\.jsonl, line \d+ is not JSON\./m);
  });
});
