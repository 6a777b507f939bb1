import { basename, dirname, resolve } from 'node:path';
import { AdarandError } from '../errors.js';
import type { Head, Network } from '../nn/network.js';
import type { UnfinishedRun } from '../run/folder/record.js';
import { openRecorded } from '../run/use/open-recorded.js';
import type { ClassifierSource } from './messages.js';

export interface OpenedClassifier {
  readonly network: Network;
  readonly head: Head;
  /** Undefined for a run that is finished, and for an exported folder. */
  readonly unfinished?: UnfinishedRun | undefined;
}

/**
 * Opens a classifier. What most of them do without is loaded where one needs it: loading takes most of the time of a
 * start.
 *
 * @throws AdarandError `load.no-classifier`, or as `openRecorded`, `openRunModel` and `openLocated` do.
 */
export async function openClassifier(source: ClassifierSource): Promise<OpenedClassifier> {
  switch (source.kind) {
    case 'recorded':
      return openRecorded(source);
    case 'unfinished':
      return (await import('../run/use/run-model.js')).openRunModel(source.path, { emit() {} });
    case 'onnx': {
      const { readOnnx } = await import('../models/read-file.js');
      const { importOnnx } = await import('../models/onnx-import.js');
      const { externalDataIn } = await import('../models/onnx-import/external-data.js');
      const { file, described } = source;
      const external = externalDataIn(dirname(file));
      return classifierOf(importOnnx(await readOnnx(file), { ...described, external }), file);
    }
    case 'tensors': {
      const { openLocated } = await import('../models/open.js');
      const { path } = source;
      const located = { path, kind: 'folder', name: basename(resolve(path)), source: undefined } as const;
      return classifierOf(await openLocated(located), path);
    }
  }
}

function classifierOf(network: Network, path: string): OpenedClassifier {
  const head = network.pretrainedHead;
  if (head !== undefined) return { network, head };
  throw new AdarandError(
    'load.no-classifier',
    `${path} has a network without a classifier`,
    'Give the folder of a run, or one that an export of a run has written.',
  );
}
