import { evidenceIn } from '../../data/index.js';
import { AdarandError } from '../../errors.js';
import type { Network, Preprocessing } from '../../nn/network.js';
import { newHead } from '../../training/new-head.js';
import { deviceVersions } from '../device/device-versions.js';
import { absolute } from '../folder/absolute.js';
import { describeMachine } from '../folder/describe-machine.js';
import { fingerprintDataset, fingerprintNetwork } from '../folder/fingerprint.js';
import type { RunRecord } from '../folder/record.js';
import { absoluteMethod, fingerprintMethod } from '../method/open-method.js';
import type { RunInputs } from '../prepare/run-inputs.js';
import type { Run } from './run.js';
import { threadCount } from './thread-count.js';
import { describeGroups } from './trained-groups.js';

/** The content of `run.json`. */
export async function describeRun(run: Run): Promise<RunRecord> {
  const { options, settings, inputs } = run;
  const { dataset, source, network, modelSource, licences } = inputs;
  const { name, modelType, featureSize, preprocessing } = network;
  const head = newHead(featureSize, dataset.classes.length, options.seed);
  const described = describeMachine();
  const versions = { ...described.versions, ...(await deviceVersions(options.device)) };
  const machine = { ...described, versions };
  const parameters = [...network.parameters, ...head].reduce((sum, [, p]) => sum + p.tensor.data.length, 0);
  return {
    format: 1,
    started: new Date().toISOString(),
    options: {
      ...options,
      data: absolute(options.data),
      model: modelSource === undefined ? absolute(options.model) : options.model,
      ...(options.source === undefined ? {} : { source: absolute(options.source) }),
      method: absoluteMethod(options.method),
    },
    settings,
    data: {
      name: dataset.report.name,
      fingerprint: fingerprintDataset(dataset),
      classes: [...dataset.classes],
      train: dataset.train.images.length,
      val: dataset.val.images.length,
      test: dataset.test.images.length,
      remarks: evidenceIn(dataset.report),
    },
    source:
      source === undefined
        ? null
        : {
            name: source.dataset.report.name,
            fingerprint: fingerprintDataset(source.dataset),
            classes: source.classes.length,
            images: source.images.length,
          },
    model: {
      name,
      modelType,
      featureSize,
      parameters,
      fingerprint: fingerprintNetwork(network),
      preprocessing: plain(preprocessing),
      source: modelSource ?? null,
      origin: network.origin ?? null,
      licences: [...licences],
    },
    groups: describeGroups(run),
    methodFile: fingerprintMethod(options.method),
    threads: threadCount(options, machine.cores),
    machine,
  };
}

/**
 * Whether a run's method and model are still those that it began with; its images are checked when they are opened.
 *
 * @throws AdarandError `run.method-changed`, `run.model-changed`.
 */
export function checkUnchanged(record: RunRecord, inputs: Pick<RunInputs, 'network'>): void {
  const { options } = record;
  if (fingerprintMethod(options.method) !== record.methodFile)
    throw new AdarandError(
      'run.method-changed',
      `${options.method} is not the method that this run began with`,
      'Restore the file and what it imports, or start a new run.',
    );
  checkNetworkUnchanged(record, inputs.network);
}

/**
 * Whether a network is the one that a run began with.
 *
 * @throws AdarandError `run.model-changed`.
 */
export function checkNetworkUnchanged({ model, options }: RunRecord, network: Network): void {
  const { preprocessing } = network;
  if (
    fingerprintNetwork(network) === model.fingerprint &&
    JSON.stringify(plain(preprocessing)) === JSON.stringify(plain(model.preprocessing))
  )
    return;
  throw new AdarandError(
    'run.model-changed',
    `${options.model} is not the model that this run began with`,
    'Restore the model, or start a new run.',
  );
}

/** With its fields in one order. */
function plain({ imageSize, resizeSize, mean, std }: Preprocessing): RunRecord['model']['preprocessing'] {
  return { imageSize, resizeSize, mean: [...mean], std: [...std] };
}
