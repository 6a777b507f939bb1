import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AdarandError, invariant } from '../../errors.js';
import { specialAt } from '../../files/special.js';
import { systemCode } from '../../files/system-code.js';
import { importOnnx } from '../../models/onnx-import.js';
import type { Head, Network } from '../../nn/network.js';
import { deletedWeights } from '../folder/deleted-weights.js';
import type { RecordedModel } from '../folder/recorded-model.js';

/** @throws AdarandError `run.damaged`, `run.no-weights`, or as `importOnnx` does. */
export async function openRecorded(model: RecordedModel) {
  const { file } = model;
  const special = await specialAt(file);
  if (special !== undefined) throw damaged(file, `it is a ${special}`);
  const bytes = await readFile(file).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw damaged(file, 'it cannot be read', error);
    throw deletedWeights(dirname(file)) ?? damaged(file, 'it is not there', error);
  });
  return importRecorded(bytes, model);
}

/** The classifier in the bytes of such a file. @throws as `openRecorded` does. */
export function importRecorded(
  bytes: Uint8Array,
  { file, name, modelType, preprocessing, classes, featureSize }: RecordedModel,
): { readonly network: Network; readonly head: Head } {
  const network = importOnnx(bytes, { name, modelType, preprocessing, classes });
  const head = network.pretrainedHead;
  invariant(head !== undefined, `${file} has no head`);
  const logits = head.bias.data.length;
  if (logits !== classes.length || network.featureSize !== featureSize)
    throw damaged(
      file,
      `it has ${logits} classes of ${network.featureSize} features, not ${classes.length} of ${featureSize}`,
    );
  return { network, head };
}

function damaged(file: string, what: string, cause?: unknown): AdarandError {
  return new AdarandError(
    'run.damaged',
    `${file} is not what a finished run writes: ${what}`,
    'Restore the run folder as it was, or train again.',
    cause,
  );
}
