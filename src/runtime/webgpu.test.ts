import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type RangeResult, runSamples } from '../../test/helpers/run-samples.js';
import { runTraining } from '../../test/helpers/run-training.js';
import { describeSample, KERNEL_TOLERANCE, sampleCases } from '../../test/helpers/sample-graph.js';
import { noSoftwareVulkan, softwareVulkan } from '../../test/helpers/software-vulkan.js';
import { at } from '../errors.js';

describe('WebGPU, on Vulkan in software', { skip: noSoftwareVulkan }, () => {
  // A session costs more than what one sample computes.
  let results: Promise<readonly RangeResult[]> | undefined;
  const samplesRun = () => {
    results ??= runSamples('webgpu', [[0, sampleCases.length]], softwareVulkan);
    return results;
  };

  for (const [i, each] of sampleCases.entries())
    test(`${each.operator.name} and its gradient against the definition: ${describeSample(each)}`, async () => {
      const result = at(await samplesRun(), 0);
      assert.ok('errors' in result, 'failed' in result ? result.failed : '');
      const error = at(result.errors, i);
      assert.ok(error !== null && error < KERNEL_TOLERANCE, `relative error ${error}`);
    });

  test('three steps of training as on the CPU: losses, and every tensor of the state', async () => {
    const trained = await runTraining('webgpu', softwareVulkan);
    assert.deepEqual(
      trained.map(({ name }) => name),
      ['cifar-resnet', 'resnet', 'vit'],
    );
    // Measured: 3e-6.
    for (const { name, losses, state } of trained) {
      assert.ok(losses < 1e-4, `${name}: losses differ by ${losses}`);
      assert.ok(state < 1e-4, `${name}: the state differs by ${state}`);
    }
  });
});
