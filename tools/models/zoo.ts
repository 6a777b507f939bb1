/**
 * Tries classifiers that `oracle/onnx-zoo.py` has made: `node build/tools/models/zoo.js FOLDER [PART OF A NAME ...]`.
 *
 * Of each file: whether it opens; whether features and head give what the file gives, by ONNX Runtime, for two
 * different images; whether each of its tensors gets a gradient in a training step that compiles; whether it can be
 * exported for any batch, and reads back as the same. Prints a line for each, and a table at the end.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdarandError } from '../../src/errors.js';
import { fineTuning } from '../../src/methods/fine-tuning.js';
import { exportOnnx } from '../../src/models/export/onnx.js';
import { importFile } from '../../src/models/onnx-import.js';
import { checkAgreement, compareWithFile } from '../../src/models/self-check.js';
import { imagenetPreprocessing } from '../../src/nn/backbone.js';
import { constant } from '../../src/optimizers/schedules.js';
import { sgd } from '../../src/optimizers/sgd.js';
import { nodeDriver } from '../../src/runtime/node.js';
import { Program } from '../../src/runtime/program.js';
import { newHead } from '../../src/training/classifier.js';
import { sameRates } from '../../src/training/rate-factors.js';
import { buildStep } from '../../src/training/step-graph.js';

const [, , folder = '', ...wanted] = process.argv;
const files = readdirSync(folder)
  .filter(
    (file) => file.endsWith('.onnx') && (wanted.length === 0 || wanted.some((part) => file.includes(part))),
  )
  .sort();

const results = new Map<string, string>();
for (const file of files) {
  const result = await attempt(join(folder, file));
  results.set(file, result);
  console.log(`${file} ${result}`);
}
const good = [...results.values()].filter((result) => result === 'ok').length;
console.log(`${good} of ${results.size}`);

async function attempt(path: string): Promise<string> {
  const stages = { stage: 'open' };
  try {
    await tryOut(path, (stage) => {
      stages.stage = stage;
    });
    return 'ok';
  } catch (error) {
    const code = error instanceof AdarandError ? error.code : 'CRASH';
    const message =
      error instanceof AdarandError ? error.message : error instanceof Error ? error.stack : String(error);
    return `${stages.stage} ${code} ${message?.slice(0, 400)}`;
  }
}

async function tryOut(path: string, at: (stage: string) => void): Promise<void> {
  const bytes = readFileSync(path);
  const imported = importFile(bytes, { name: path.slice(path.lastIndexOf('/') + 1) });
  const { network, classifier } = imported;
  at('compare');
  const comparison = await compareWithFile(imported, { bytes }, undefined);
  // Run in training mode, a file gives something else each time.
  if (!classifier.training) checkAgreement(comparison, classifier);
  at('step');
  const { imageSize } = network.preprocessing;
  const head = newHead(network.featureSize, 3, 1);
  const step = buildStep({
    network,
    head,
    batchSize: 3,
    imageSize,
    classes: 3,
    method: fineTuning.bind(),
    lambda: 0,
    statistics: undefined,
    optimizer: sgd(),
    learningRate: 0.1,
    schedule: constant,
    batchNorm: 'train',
    weightDecay: 0,
    rateFactors: sameRates(network),
    accumulate: 1,
  });
  if (step.unreached.length > 0) throw new AdarandError('zoo.unreached', step.unreached.join(', '));
  const program = await Program.compile(step.update, { driver: nodeDriver, device: 'cpu' });
  await program.release();
  at('export');
  const { pretrainedHead } = network;
  if (pretrainedHead === undefined) return;
  const exported = exportOnnx({ network, head: pretrainedHead });
  const again = importFile(exported, {
    name: 'exported',
    preprocessing: imagenetPreprocessing(imageSize),
  });
  const second = await compareWithFile(again, { bytes: exported }, undefined);
  checkAgreement(second, again.classifier);
  if (classifier.normalised === undefined && !classifier.training)
    checkAgreement({ expected: comparison.expected, computed: second.computed }, classifier);
}
