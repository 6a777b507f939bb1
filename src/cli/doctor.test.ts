import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { adarand, jsonLines, testFolder } from '../../test/helpers/cli.js';
import { cudaReportSchema } from '../run/operations/find-cuda.js';

const deviceSchema = z.object({
  device: z.string(),
  works: z.boolean(),
  found: z.string(),
  remedy: z.string(),
});

describe('doctor', { skip: process.platform !== 'linux' && 'CUDA is used on Linux alone' }, () => {
  const folder = testFolder();

  test('says of cuda what was found, what is missing and what brings it', async () => {
    process.env.ADARAND_ONNXRUNTIME = folder.path;
    const [json, text] = [
      await adarand(folder.path, 'doctor', '--json'),
      await adarand(folder.path, 'doctor'),
    ];
    const training = await adarand(folder.path, 'train', 'photos', '--model', 'sample', '--device', 'cuda');
    delete process.env.ADARAND_ONNXRUNTIME;
    const lines = jsonLines(json.stdout);
    const report = cudaReportSchema.parse(lines.find(({ type }) => type === 'cuda'));
    const message = `ADARAND_ONNXRUNTIME names ${folder.path}, which has no libonnxruntime_providers_cuda.so`;
    const problem = report.problems.find((each) => each.message === message);
    assert.match(problem?.remedy ?? '', /unset ADARAND_ONNXRUNTIME$/);
    const cuda = deviceSchema.parse(lines.find(({ type, device }) => type === 'device' && device === 'cuda'));
    assert.equal(cuda.works, false);
    assert.ok(cuda.found.includes(message));
    assert.ok(text.stdout.includes(`cuda: ${cuda.remedy}\n`), text.stdout);
    // It is no reason to compute elsewhere.
    assert.notEqual(training.code, 0);
    assert.ok(training.stderr.includes(message), training.stderr);
    assert.match(training.stderr, /^hint: .*`adarand doctor` shows what there is\.$/m);
  });
});
