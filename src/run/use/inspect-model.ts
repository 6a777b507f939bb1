import type { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { input } from '../../graph/value.js';
import { fineTuning } from '../../methods/fine-tuning.js';
import { attempt, inspectOnnx, type OnnxInspection } from '../../models/inspect-onnx.js';
import type { FileClassifier } from '../../models/onnx-import.js';
import { importAtSize, locateModel, openModel, readOnnx } from '../../models/open.js';
import { checkAgainstFile } from '../../models/self-check.js';
import type { Network } from '../../nn/network.js';
import { recordingScope } from '../../nn/scope.js';
import { constant } from '../../optimizers/schedules.js';
import { sgd } from '../../optimizers/sgd.js';
import { memoryBound } from '../../runtime/memory-bound.js';
import { lowerProgram } from '../../runtime/program.js';
import { newHead } from '../../training/classifier.js';
import { buildStep } from '../../training/step-graph.js';
import type { Inspection, inspectOptionsSchema } from '../operations/inspect.js';
import { exportAdvice } from './export-advice.js';

type Options = z.output<typeof inspectOptionsSchema>;

/**
 * Opens a model as `train` does, and says what it finds; what would be refused there is among the problems.
 *
 * @throws AdarandError as `locateModel` does, and as `decodeOnnx` does for a file that cannot be read.
 */
export async function inspectModel(options: Options): Promise<Inspection> {
  const { model, features, imageSize, batchSize, threads } = options;
  const found = await locateModel(model);
  if (found.kind === 'tensors') {
    const network = await openModel(model, {
      ...(imageSize === undefined ? {} : { imageSize }),
      ...(features === undefined ? {} : { features }),
    });
    const described = describeNetwork(network, batchSize);
    return { model, trains: true, file: null, network: described, problems: [], advice: [] };
  }
  const source = await readOnnx(found, features);
  const inspection = inspectOnnx(source);
  const problems: AdarandError[] = [...inspection.problems];
  const { value: imported, problem: refused } = attempt(() => importAtSize(source, imageSize));
  if (refused !== undefined && !problems.some(({ code }) => code === refused.code)) problems.push(refused);
  const network = imported && attempt(() => describeNetwork(imported.network, batchSize));
  if (network?.problem !== undefined) problems.push(network.problem);
  let compared = false;
  if (imported !== undefined)
    try {
      await checkAgainstFile(imported, { bytes: source.bytes, external: source.options.external }, threads);
      compared = !imported.classifier.training;
    } catch (error) {
      if (!(error instanceof AdarandError)) throw error;
      problems.push(error);
    }
  return {
    model,
    trains: problems.length === 0,
    file: describeFile(inspection, imported?.classifier, compared),
    network: network?.value ?? null,
    problems: problems.map(({ code, message, hint }) => ({
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
    })),
    advice: exportAdvice(inspection, problems),
  };
}

function describeFile(
  { inputs, outputs, head, operators, constants }: OnnxInspection,
  classifier: FileClassifier | undefined,
  compared: boolean,
): Inspection['file'] {
  return {
    inputs: inputs.map(({ name, shape }) => ({ name, shape: shape.map((size) => size ?? null) })),
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
    backboneLrScale: 1,
    accumulate: 1,
  });
}
