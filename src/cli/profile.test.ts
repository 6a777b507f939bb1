import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { z } from 'zod';
import { adarand, jsonLines, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { summarySchema } from '../run/folder/record.js';
import { profileSchema, runParts, totalOf } from '../run/profile/profile.js';

const reportSchema = z.object({
  runs: z.array(z.object({ profile: profileSchema })),
  profile: z.object({
    runs: z.number(),
    parts: profileSchema,
    run_seconds: z.number(),
    onnxruntime_share: z.number(),
  }),
});

describe('what the time went into', () => {
  const folder = testFolder();
  const options = [
    '--model',
    'tiny.onnx',
    '--no-tensorboard',
    '--batch-size',
    '4',
    '--epochs',
    '2',
    '--threads',
    '1',
  ];
  const table = /^where the time went +seconds +in ONNX Runtime$/m;

  before(async () => {
    await writeImages(join(folder.path, 'colours'), 6);
    await writeModel(join(folder.path, 'tiny.onnx'));
  });

  const summaryOf = async (run: string) =>
    summarySchema.parse(JSON.parse(await readFile(join(folder.path, run, 'summary.json'), 'utf8')));

  test('of a run: always in summary.json, and shown with --profile', async () => {
    const { code, stdout, stderr } = await adarand(
      ...[folder.path, 'train', 'colours', ...options, '--diagnostics', '--profile', '--out', 'shown'],
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, table);
    assert.match(stdout, /^steps +[\d.]+ +[\d.]+ % +[\d.]+ +[\d.]+ %$/m);
    const { profile } = await summaryOf('shown');
    assert.ok(profile !== null);
    for (const part of runParts) assert.ok(profile[part].seconds > 0, part);
    for (const part of ['prepare', 'train', 'evaluate', 'diagnose'] as const)
      assert.ok(profile[part].onnxruntime_seconds > 0, part);
    for (const part of ['start', 'open', 'compile', 'images', 'save', 'finish'] as const)
      assert.equal(profile[part].onnxruntime_seconds, 0, part);
  });

  test('of a run that was resumed: of the process that ended it', async () => {
    const quiet = await adarand(folder.path, 'train', 'colours', ...options, '--out', 'resumed');
    assert.doesNotMatch(quiet.stdout, table);
    const { code, stdout, stderr } = await adarand(
      ...[folder.path, 'train', '--resume', 'resumed', '--epochs', '3', '--profile'],
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, table);
  });

  test('of an experiment: the sum over its runs', async () => {
    const args = ['compare', 'colours', ...options, '--seeds', '2', '--parallel', '1', '--out', 'experiment'];
    const { code, stdout, stderr } = await adarand(folder.path, ...args, '--json');
    assert.equal(code, 0, stderr);
    const { runs, profile } = reportSchema.parse(jsonLines(stdout).at(-1));
    assert.equal(profile.runs, 4);
    const { parts } = profile;
    const sum = runs.reduce((all, run) => all + totalOf(run.profile).seconds, 0);
    assert.ok(Math.abs(totalOf(parts).seconds - sum) < 1e-9);
    const share = totalOf(parts).onnxruntime_seconds / profile.run_seconds;
    assert.equal(profile.onnxruntime_share, share);
    const again = await adarand(folder.path, 'compare', '--resume', 'experiment', '--profile');
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, table);
    assert.match(again.stdout, /^[\d.]+ % of the time of 4 runs, .*, were inside ONNX Runtime; /m);
  });

  test('of a dry run there is none', async () => {
    const { code, stderr } = await adarand(
      ...[folder.path, 'compare', 'colours', ...options, '--dry-run', '--profile'],
    );
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^error: --profile says what the time of runs went into, and --dry-run trains none$/m,
    );
  });
});
