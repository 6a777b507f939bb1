import { AdarandError, at } from '../errors.js';
import { logSoftmax } from '../graph/operators/log-softmax.js';
import { softmax } from '../graph/operators/softmax.js';
import { matrix } from '../graph/shapes.js';
import { float32, floatsOf, type Shape, sizeOf, type Tensor } from '../graph/tensor.js';
import { input, type Value } from '../graph/value.js';
import { linear } from '../nn/functional.js';
import type { Head, Network } from '../nn/network.js';
import { recordingScope } from '../nn/scope.js';
import { Random } from '../random.js';
import { checkMemory } from '../runtime/check-memory.js';
import { memoryBound } from '../runtime/memory-bound.js';
import { nodeDriver } from '../runtime/node.js';
import { lowerProgram, Program } from '../runtime/program.js';
import { openFile } from '../runtime/run-file.js';
import { State } from '../runtime/state.js';
import { meansOfTokens } from './head/tokens.js';
import type { ExternalData } from './onnx-import/external-data.js';
import { wholeFile } from './onnx-import/whole-file.js';
import type { FileClassifier, ImportedFile } from './onnx-import.js';

/** Largest difference, in units of the largest element: far more than what rounding in another order comes to. */
const TOLERANCE = 1e-3;

/** What the file and the network made of it give for the same different images. */
export interface Comparison {
  readonly expected: Tensor<'float32'>;
  readonly computed: Tensor<'float32'>;
}

/** An ONNX file, and what reads the weights that it keeps in others. */
export interface StoredFile {
  readonly bytes: Uint8Array;
  readonly external?: ExternalData | undefined;
}

/**
 * Runs the file itself and the network made of it on two different images, in evaluation mode: the network on both
 * together, the file on as few at a time as it takes, so that one whose images influence each other is found, too.
 * A file in training mode draws random numbers, and cannot be compared.
 *
 * @throws AdarandError `model.not-like-its-file` where they do not agree, `model.not-runnable`, and `runtime.memory`
 * for images that no memory holds.
 */
export async function checkAgainstFile(
  imported: ImportedFile,
  file: StoredFile,
  threads: number | undefined,
): Promise<void> {
  if (!imported.classifier.training)
    checkAgreement(await compareWithFile(imported, file, threads), imported.classifier);
}

export async function compareWithFile(
  { network, classifier }: ImportedFile,
  { bytes, external }: StoredFile,
  threads: number | undefined,
): Promise<Comparison> {
  const { imageSize } = network.preprocessing;
  const shape = [Math.max(2, classifier.images ?? 0), 3, imageSize, imageSize];
  // Compiled before there are any images, since that refuses those that are too large.
  const program = await compiled(network, classifier, shape, threads);
  try {
    const images = differentImages(shape);
    const whole = wholeFile(bytes, classifier, imageSize, external);
    const given = await byFile(images, classifier, whole, threads);
    const expected = network.pretrainedHead === undefined ? asFeatures(given, classifier) : given;
    return { expected, computed: floatsOf(await program.run(new State(), feedsOf(network, images)), RESULT) };
  } finally {
    await program.release();
  }
}

/**
 * Elements that are finite in neither are no difference: whoever needs them says so, by the image.
 *
 * @throws AdarandError `model.not-like-its-file` at the first element that differs.
 */
export function checkAgreement({ expected, computed }: Comparison, { file, output }: FileClassifier): void {
  const [images, classes] = matrix(computed.shape);
  const refused = (what: string) =>
    new AdarandError(
      'model.not-like-its-file',
      `${file} is not understood: ${what}`,
      'Export the model again in the other way (torch.onnx.export with dynamo=True or dynamo=False), or choose another model.',
    );
  if (expected.data.length !== images * classes)
    throw refused(
      `its output "${output}" is [${expected.shape}] for ${images} images, not ${classes} numbers for each`,
    );
  const scale = expected.data
    .filter(Number.isFinite)
    .reduce((most, x) => Math.max(most, Math.abs(x)), TOLERANCE);
  computed.data.forEach((ours, i) => {
    const its = at(expected.data, i);
    if (Math.abs(ours - its) <= TOLERANCE * scale || !(Number.isFinite(ours) || Number.isFinite(its))) return;
    const [image, k] = [Math.floor(i / classes), i % classes];
    throw refused(
      `element ${k} of "${output}" for random image ${image + 1} of ${images} is ${its.toPrecision(4)} by the file alone and ${ours.toPrecision(4)} by the network that would be trained`,
    );
  });
}

/** Normalised images. */
function differentImages(shape: Shape): Tensor<'float32'> {
  const random = new Random(0, 'test');
  return float32(
    shape,
    new Float32Array(sizeOf(shape)).map(() => random.normal()),
  );
}

async function byFile(
  images: Tensor<'float32'>,
  { file, input: name, images: made, channelsLast, output }: FileClassifier,
  bytes: Uint8Array,
  threads: number | undefined,
): Promise<Tensor<'float32'>> {
  const count = at(images.shape, 0);
  const batch = made ?? 1;
  const { data } = images;
  const each = sizeOf(images.shape.slice(1));
  const session = await openFile(bytes, file, threads);
  try {
    const results: Tensor<'float32'>[] = [];
    for (let first = 0; first + batch <= count; first += batch) {
      const part = float32(images.shape.with(0, batch), data.slice(first * each, (first + batch) * each));
      const tensor = channelsLast ? withChannelsLast(part) : part;
      results.push(await session.run({ name, tensor }, output));
    }
    const [{ shape: [, ...rest] = [] } = {}] = results;
    const rows = results.reduce((sum, { shape }) => sum + (shape[0] ?? 1), 0);
    const all = results.flatMap((result) => Array.from(result.data));
    return { dtype: 'float32', shape: [rows, ...rest], data: Float32Array.from(all) };
  } finally {
    await session.release();
  }
}

async function compiled(
  network: Network,
  { normalised }: FileClassifier,
  shape: Shape,
  threads: number | undefined,
): Promise<Program> {
  const images = input(IMAGES, { dtype: 'float32', shape });
  const features = network.features(images, recordingScope(network, { training: false }));
  const { pretrainedHead: head } = network;
  const result = head === undefined ? features : asInFile(features, head);
  const graph = { outputs: new Map([[RESULT, result]]), updates: new Map() };
  // The file is run beside it, and a training step on these images takes more than both.
  const needed = 2 * memoryBound(lowerProgram(graph, { device: 'cpu' }));
  checkMemory(needed, await nodeDriver.memoryLimit('cpu'));
  return Program.compile(graph, { driver: nodeDriver, device: 'cpu', threads });

  function asInFile(g: Value, { weight, bias }: Head): Value {
    const logits = linear(g, input(WEIGHT, weight), input(BIAS, bias));
    if (normalised === undefined) return logits;
    return normalised === 'Softmax' ? softmax(logits) : logSoftmax(logits);
  }
}

function feedsOf(network: Network, images: Tensor<'float32'>): ReadonlyMap<string, Tensor> {
  const { parameters, buffers, pretrainedHead: head } = network;
  const feeds = new Map<string, Tensor>([...buffers, [IMAGES, images]]);
  for (const [name, { tensor }] of parameters) feeds.set(name, tensor);
  if (head !== undefined) feeds.set(WEIGHT, head.weight).set(BIAS, head.bias);
  return feeds;
}

/** Names that no tensor of a file has: it would have been renamed. */
const IMAGES = 'pixels';
const WEIGHT = 'head.weight';
const BIAS = 'head.bias';

const RESULT = 'result';

/** Of tokens and maps the features [N,d]; of others the same. */
function asFeatures(given: Tensor<'float32'>, { tokens }: FileClassifier): Tensor<'float32'> {
  return tokens !== undefined && given.shape.length === 3 ? meansOfTokens(given, tokens) : meansOfMaps(given);
}

/** Of maps [N,C,H,W] the features [N,C]; of others the same. */
function meansOfMaps(tensor: Tensor<'float32'>): Tensor<'float32'> {
  const { shape, data } = tensor;
  if (shape.length !== 4) return tensor;
  const area = sizeOf(shape.slice(2));
  const means = new Float32Array(data.length / area).map(
    (_, i) => data.subarray(i * area, (i + 1) * area).reduce((sum, x) => sum + x, 0) / area,
  );
  return float32(shape.slice(0, 2), means);
}

/** [N,H,W,3] of [N,3,H,W]. */
function withChannelsLast({ shape, data }: Tensor<'float32'>): Tensor<'float32'> {
  const [n, channels, height, width] = [at(shape, 0), at(shape, 1), at(shape, 2), at(shape, 3)];
  const area = height * width;
  const result = new Float32Array(data.length);
  for (let image = 0; image < n; image++)
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < area; i++)
        result[(image * area + i) * channels + c] = at(data, (image * channels + c) * area + i);
  return float32([n, height, width, channels], result);
}
