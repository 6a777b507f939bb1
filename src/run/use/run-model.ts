import { readFile } from 'node:fs/promises';
import { AdarandError, invariant } from '../../errors.js';
import { systemCode } from '../../files/atomic.js';
import { specialAt } from '../../files/special.js';
import { importOnnx } from '../../models/onnx-import.js';
import type { Head, Network } from '../../nn/network.js';
import type { CompileOptions } from '../../runtime/program.js';
import { State } from '../../runtime/state.js';
import { HEAD_BIAS, HEAD_WEIGHT } from '../../training/classifier.js';
import { Evaluator } from '../../training/evaluation.js';
import type { RunHost } from '../events.js';
import type { RunRecord, RunSummary, UnfinishedRun } from '../folder/record.js';
import { RunFolder } from '../folder/run-folder.js';
import { unfinishedModel } from './unfinished-run.js';

/** A run's classifier, as its `model.onnx` has it (or would have it), so that the exported file is what is evaluated. */
export interface RunModel {
  readonly folder: RunFolder;
  readonly record: RunRecord;
  /** Undefined for a run that is not finished. */
  readonly summary: RunSummary | undefined;
  readonly network: Network;
  readonly head: Head;
  /** Undefined for a run that is finished. */
  readonly unfinished: UnfinishedRun | undefined;
}

/**
 * Opens a run's classifier. Of a run that is not finished, this is the best so far, and the host is told so.
 *
 * @throws AdarandError `run.not-a-run`, `run.damaged`, or as `importOnnx` and `unfinishedModel` do.
 */
export async function openRunModel(path: string, host: Pick<RunHost, 'emit'>): Promise<RunModel> {
  const folder = await RunFolder.open(path);
  const record = await folder.record();
  const { bytes, summary, unfinished } = await modelOf(folder, record);
  if (unfinished !== undefined) host.emit({ type: 'unfinished', path, ...unfinished });
  const { name, modelType, preprocessing } = record.model;
  const classes = record.data.classes;
  const network = importOnnx(bytes, { name, modelType, preprocessing, classes });
  const head = network.pretrainedHead;
  invariant(head !== undefined, `${folder.model} has no head`);
  const logits = head.bias.data.length;
  if (logits !== classes.length || network.featureSize !== record.model.featureSize)
    throw damaged(
      folder.model,
      `it has ${logits} classes of ${network.featureSize} features, not ${classes.length} of ${record.model.featureSize}`,
    );
  return { folder, record, network, head, summary, unfinished };
}

async function modelOf(
  folder: RunFolder,
  record: RunRecord,
): Promise<{ readonly bytes: Uint8Array } & Pick<RunModel, 'summary' | 'unfinished'>> {
  const summary = await folder.summary();
  if (summary === undefined) return { ...(await unfinishedModel(folder, record)), summary };
  const special = await specialAt(folder.model);
  if (special !== undefined) throw damaged(folder.model, `it is a ${special}`);
  const bytes = await readFile(folder.model).catch((error: unknown) => {
    const what = systemCode(error) === 'ENOENT' ? 'it is not there' : 'it cannot be read';
    throw damaged(folder.model, what, error);
  });
  return { bytes, summary, unfinished: undefined };
}

function damaged(file: string, what: string, cause?: unknown): AdarandError {
  return new AdarandError(
    'run.damaged',
    `${file} is not what a finished run writes: ${what}`,
    'Restore the run folder as it was, or train again.',
    cause,
  );
}

/** The classifier compiled for batches of a size, with its state. */
export async function compileRunModel(
  { network, head }: Pick<RunModel, 'network' | 'head'>,
  batchSize: number,
  compile: CompileOptions,
) {
  const state = new State();
  for (const [name, { tensor }] of network.parameters) state.add(name, tensor);
  for (const [name, tensor] of network.buffers) state.add(name, tensor);
  state.add(HEAD_WEIGHT, head.weight);
  state.add(HEAD_BIAS, head.bias);
  const evaluator = await Evaluator.compile(
    {
      network,
      head: new Map([
        [HEAD_WEIGHT, { kind: 'weight', tensor: head.weight }],
        [HEAD_BIAS, { kind: 'bias', tensor: head.bias }],
      ]),
      batchSize,
      imageSize: network.preprocessing.imageSize,
      classes: head.classes.length,
    },
    compile,
  );
  return { state, evaluator };
}
