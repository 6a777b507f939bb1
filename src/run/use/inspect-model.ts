import type { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { input } from '../../graph/value.js';
import { fineTuning } from '../../methods/fine-tuning.js';
import { attempt, inspectOnnx, type OnnxInspection } from '../../models/inspect-onnx.js';
import type { FileClassifier, ImportedFile } from '../../models/onnx-import.js';
import { type OnnxSource, openLocated } from '../../models/open.js';
import type { Network } from '../../nn/network.js';
import { recordingScope } from '../../nn/scope.js';
import { constant } from '../../optimizers/schedules.js';
import { sgd } from '../../optimizers/sgd.js';
import { memoryBound } from '../../runtime/memory-bound.js';
import { lowerProgram } from '../../runtime/program.js';
import { newHead } from '../../training/new-head.js';
import { sameRates } from '../../training/rate-factors.js';
import { buildStep } from '../../training/step-graph.js';
import type { RunHost } from '../events.js';
import { failureOf } from '../failure.js';
import type { Inspection, inspectOptionsSchema } from '../operations/inspect.js';
import { checkExport } from '../prepare/check-needs.js';
import { locateRunModel } from '../prepare/locate-model.js';
import { exportAdvice } from './export-advice.js';

type Options = z.output<typeof inspectOptionsSchema>;

/**
 * Opens a model as `train` does, and says what it finds; what would be refused there is among the problems.
 *
 * @throws AdarandError as `locateRunModel` and `openLocated` do for what is no ONNX file, and as `decodeOnnx` does for one that cannot be read.
 */
export async function inspectModel(options: Options, host: RunHost): Promise<Inspection> {
  const { model, features, logits, imageSize, batchSize, threads } = options;
  const found: { source?: OnnxSource; imported?: ImportedFile; compared: boolean } = { compared: false };
  const opened = await refusal(async () =>
    openLocated(await locateRunModel(model, host), {
      ...(imageSize === undefined ? {} : { imageSize }),
      ...(features === undefined ? {} : { features }),
      ...(logits === undefined ? {} : { logits }),
      selfCheck: { threads },
      watch: {
        read(source) {
          found.source = source;
        },
        imported(file) {
          found.imported = file;
        },
        compared() {
          found.compared = true;
        },
      },
    }),
  );
  const { source, imported, compared } = found;
  if (source === undefined && opened.problem !== undefined) throw opened.problem;
  const inspection = source && inspectOnnx(source);
  const network = opened.value ?? imported?.network;
  const described = attempt(() => (network === undefined ? null : describeNetwork(network, batchSize)));
  const problems = [...(inspection?.problems ?? [])];
  // As where `train` begins; of how many classes does not matter.
  const exported = attempt(() => network && checkExport(network, ['0', '1']));
  for (const problem of [opened.problem, described.problem, exported.problem])
    if (problem !== undefined && !problems.some(({ code }) => code === problem.code)) problems.push(problem);
  return {
    model,
    trains: problems.length === 0,
    file: inspection === undefined ? null : describeFile(inspection, imported?.classifier, compared),
    network: described.value ?? null,
    remarks: [...(network?.notes ?? [])],
    problems: problems.map(failureOf),
    advice: inspection === undefined ? [] : exportAdvice(inspection, problems),
  };
}

/** What work gives, or the refusal that it ends in. */
async function refusal<T>(work: () => Promise<T>): Promise<{ value?: T; problem?: AdarandError }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof AdarandError) return { problem: error };
    throw error;
  }
}

function describeFile(
  { inputs, halved, outputs, head, operators, constants }: OnnxInspection,
  classifier: FileClassifier | undefined,
  compared: boolean,
): Inspection['file'] {
  return {
    inputs: inputs.map(({ name, shape }) => ({ name, shape: shape.map((size) => size ?? null) })),
    halved,
    outputs: [...outputs],
    images: classifier?.images ?? null,
    operators: operators.map((one) => ({ ...one })),
    constants: [...constants],
    features: head?.features ?? null,
    head: head?.linear === undefined ? null : { output: head.output, normalised: head.normalised ?? null },
    compared,
  };
}

function describeNetwork(network: Network, batchSize: number): NonNullable<Inspection['network']> {
  const { imageSize } = network.preprocessing;
  const scope = recordingScope(network, { training: false });
  network.features(input('images', { dtype: 'float32', shape: [2, 3, imageSize, imageSize] }), scope);
  const classes = network.pretrainedHead?.classes.length ?? null;
  const step = plainStep(network, batchSize, classes ?? 2);
  const bytes = memoryBound(lowerProgram(step.update, { device: 'cpu', channelBlock: undefined }));
  return {
    name: network.name,
    type: network.modelType,
    image_size: imageSize,
    feature_size: network.featureSize,
    feature_maps: [...scope.featureMaps].map(([name, { shape }]) => ({ name, shape: [...shape.slice(1)] })),
    classes,
    parameters: [...network.parameters].map(([name, { kind, tensor }]) => ({
      name,
      kind,
      shape: [...tensor.shape],
    })),
    groups: network.groups.map(({ name, parameters }) => ({ name, parameters: [...parameters] })),
    buffers: [...network.buffers].map(([name, { shape }]) => ({ name, shape: [...shape] })),
    untrained: [...step.unreached],
    memory: { batch_size: batchSize, bytes },
  };
}

/** A step of plain fine-tuning. */
function plainStep(network: Network, batchSize: number, classes: number) {
  return buildStep({
    network,
    head: newHead(network.featureSize, classes, 1),
    batchSize,
    imageSize: network.preprocessing.imageSize,
    classes,
    method: fineTuning.bind(),
    lambda: 0,
    statistics: undefined,
    optimizer: sgd(),
    learningRate: 0.01,
    schedule: constant,
    batchNorm: 'train',
    weightDecay: 0,
    rateFactors: sameRates(network),
    accumulate: 1,
  });
}
