/**
 * Tries classifiers that `oracle/onnx-zoo.py` has made: `node build/tools/models/zoo.js FOLDER [PART OF A NAME ...]`.
 *
 * Of each file: whether it opens; whether features and head give what the file gives, by ONNX Runtime, for two
 * different images; whether each of its tensors gets a gradient in a training step that compiles; whether it can be
 * exported for any batch, and reads back as the same. Prints a line for each, and a table at the end.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportOnnx } from '../../src/models/export/onnx.js';
import { importFile } from '../../src/models/onnx-import.js';
import { checkAgreement, compareWithFile } from '../../src/models/self-check.js';
import { imagenetPreprocessing } from '../../src/nn/backbone.js';
import { attempt, checkTraining } from './attempt.js';

const [, , folder = '', ...wanted] = process.argv;
const files = readdirSync(folder)
  .filter(
    (file) => file.endsWith('.onnx') && (wanted.length === 0 || wanted.some((part) => file.includes(part))),
  )
  .sort();

const results = new Map<string, string>();
for (const file of files) {
  const result = await attempt((at) => tryOut(join(folder, file), at));
  results.set(file, result);
  console.log(`${file} ${result}`);
}
const good = [...results.values()].filter((result) => result === 'ok').length;
console.log(`${good} of ${results.size}`);

async function tryOut(path: string, at: (stage: string) => void): Promise<void> {
  const bytes = readFileSync(path);
  const imported = importFile(bytes, { name: path.slice(path.lastIndexOf('/') + 1) });
  const { network, classifier } = imported;
  at('compare');
  const comparison = await compareWithFile(imported, { bytes }, undefined);
  // Run in training mode, a file gives something else each time.
  if (!classifier.training) checkAgreement(comparison, classifier);
  at('step');
  await checkTraining(network);
  at('export');
  const { pretrainedHead } = network;
  if (pretrainedHead === undefined) return;
  const exported = exportOnnx({ network, head: pretrainedHead });
  const again = importFile(exported, {
    name: 'exported',
    preprocessing: imagenetPreprocessing(network.preprocessing.imageSize),
  });
  const second = await compareWithFile(again, { bytes: exported }, undefined);
  checkAgreement(second, again.classifier);
  if (classifier.normalised === undefined && !classifier.training)
    checkAgreement({ expected: comparison.expected, computed: second.computed }, classifier);
}
