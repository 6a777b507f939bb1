import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { AdarandError } from '../errors.js';
import { openLocated } from '../models/open.js';
import type { Head, Network } from '../nn/network.js';
import type { UnfinishedRun } from '../run/folder/record.js';
import { openRunModel } from '../run/use/run-model.js';

export interface OpenedClassifier {
  readonly network: Network;
  readonly head: Head;
  /** Undefined for a run that is finished, and for an exported folder. */
  readonly unfinished: UnfinishedRun | undefined;
}

/**
 * Opens a run's classifier, or that of an exported folder.
 *
 * @throws AdarandError `load.no-classifier`, or as `openRunModel` and `openLocated` do.
 */
export async function openClassifier(path: string): Promise<OpenedClassifier> {
  if (existsSync(join(path, 'run.json'))) return openRunModel(path, { emit() {} });
  if (!existsSync(join(path, 'config.json')))
    throw noClassifier(
      `${path} ${existsSync(path) ? 'has neither run.json nor config.json' : 'does not exist'}`,
    );
  const located = { path, kind: 'folder', name: basename(resolve(path)), source: undefined } as const;
  const network = await openLocated(located);
  const head = network.pretrainedHead;
  if (head === undefined) throw noClassifier(`${path} has a network without a classifier`);
  return { network, head, unfinished: undefined };
}

function noClassifier(message: string): AdarandError {
  return new AdarandError(
    'load.no-classifier',
    message,
    'Give the folder of a run, or one that an export of a run has written.',
  );
}
