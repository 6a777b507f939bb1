import { z } from 'zod';
import { gradients } from '../../src/autodiff/gradients.js';
import { at, invariant } from '../../src/errors.js';
import { mul, reduceSum, reshape } from '../../src/graph/ops.js';
import { float32, sizeOf, type Tensor } from '../../src/graph/tensor.js';
import { input, type Value } from '../../src/graph/value.js';
import { linear } from '../../src/nn/functional.js';
import type { Network } from '../../src/nn/network.js';
import { recordingScope } from '../../src/nn/scope.js';
import { nodeDriver } from '../../src/runtime/node.js';
import { gradientDistance } from './golden.js';
import { recipeSchema } from './golden-schemas.js';
import { dotWithSigns, tensorOf } from './lcg.js';
import { runGraph } from './run-graph.js';

const numbers = z.array(z.number());
const matrix = z.array(numbers);

/** What `oracle/backbones.py` writes. */
export const backboneReferenceSchema = z.object({
  config: z.record(z.string(), z.unknown()).nullable(),
  /** The file's position embeddings, where they are of another size than the network that is compared. */
  resized: z.string().optional(),
  images: recipeSchema,
  direction: recipeSchema,
  features: matrix,
  logits: matrix.nullable(),
  float32Error: z.number(),
  signSeeds: numbers,
  gradientNorm: z.number(),
  gradients: z.array(
    z.object({
      name: z.string(),
      norm: z.number(),
      dots: numbers,
      indices: numbers,
      values: numbers,
      float32Distance: z.number(),
    }),
  ),
  running: z.array(z.object({ name: z.string(), norm: z.number(), dots: numbers })),
  tensors: z.array(recipeSchema.extend({ name: z.string() })).optional(),
});

export type BackboneReference = z.infer<typeof backboneReferenceSchema>;

/** How far a network is from PyTorch's, relative to the norm of what is compared; each is fine up to 1. */
export interface Distances {
  /** Over 1e-4. */
  readonly features: number;
  /** Over 1e-4; undefined where the network has no classifier. */
  readonly logits: number | undefined;
  /** Of the worst parameter, over twice PyTorch's own float32 error or 2e-5. */
  readonly gradient: number;
  readonly worst: string;
  /** Of the worst running statistic, over 1e-5. */
  readonly running: number;
}

const TOLERANCE = 1e-4;
/** Sums of thousands of numbers, which each processor adds in another order. */
const GRADIENT_TOLERANCE = 2e-5;

/** Compares features and logits in evaluation, gradients and running statistics in training. */
export async function distancesFrom(reference: BackboneReference, network: Network): Promise<Distances> {
  const images = tensorOf(reference.images);
  const [features, logits] = await evaluated(network, images);
  const { gradient, running } = await trained(network, images, tensorOf(reference.direction));
  let worst = { name: '', ratio: 0 };
  for (const expected of reference.gradients) {
    const found = gradient.get(expected.name);
    invariant(found !== undefined, `${expected.name} has a gradient`);
    const scale = expected.norm > 0 ? expected.norm : reference.gradientNorm;
    const recipe = { shape: [], seed: 0, scale: 1, offset: 0 };
    const error = gradientDistance({ ...recipe, ...expected }, reference.signSeeds, found);
    const ratio = error / Math.max(GRADIENT_TOLERANCE * scale, 2 * expected.float32Distance);
    if (!(ratio <= worst.ratio)) worst = { name: expected.name, ratio };
  }
  const moved = reference.running.map(({ name, norm, dots }) => {
    const found = running.get(name);
    invariant(found !== undefined, `${name} is a running statistic`);
    const errors = reference.signSeeds.map((seed, i) => dotWithSigns(found, seed) - at(dots, i));
    return Math.hypot(...errors) / 2 / Math.max(norm, 1) / GRADIENT_TOLERANCE;
  });
  return {
    features: relative(features, reference.features) / TOLERANCE,
    logits: reference.logits === null ? undefined : relative(logits, reference.logits) / TOLERANCE,
    gradient: worst.ratio,
    worst: worst.name,
    running: Math.max(0, ...moved),
  };
}

/** Features and logits in evaluation; the features again where there is no classifier. */
export async function evaluated(
  network: Network,
  images: Tensor<'float32'>,
): Promise<[Float32Array, Float32Array]> {
  const scope = recordingScope(network, { training: false });
  const features = network.features(input('images', images), scope);
  const head = network.pretrainedHead;
  const logits =
    head === undefined ? features : linear(features, input('W', head.weight), input('b', head.bias));
  const feeds = new Map<string, Tensor>([...tensorsOf(network), ['images', images]]);
  if (head !== undefined) feeds.set('W', head.weight).set('b', head.bias);
  const [f, l] = await runGraph(nodeDriver, 'cpu', [features, logits], feeds);
  return [floats(f), floats(l)];
}

async function trained(network: Network, images: Tensor<'float32'>, direction: Tensor<'float32'>) {
  const scope = recordingScope(network, { training: true });
  const features = network.features(input('images', images), scope);
  const loss = reshape(reduceSum(mul(features, input('direction', direction))), []);
  const parameters: readonly Value[] = [...scope.parameters.values()];
  const outputs = [...gradients(loss, parameters), ...scope.bufferUpdates.values()];
  const feeds = new Map<string, Tensor>([
    ...tensorsOf(network),
    ['images', images],
    ['direction', direction],
  ]);
  const results = (await runGraph(nodeDriver, 'cpu', outputs, feeds)).map(floats);
  const named = (names: Iterable<string>, from: number) =>
    theirs(network, new Map(Array.from(names, (name, i) => [name, at(results, from + i)])));
  return {
    gradient: named(scope.parameters.keys(), 0),
    running: named(scope.bufferUpdates.keys(), parameters.length),
  };
}

/** Under the names of the file that the network was opened from. */
function theirs(network: Network, arrays: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> {
  const tensors = new Map(
    Array.from(arrays, ([name, data]) => {
      const shape = network.parameters.get(name)?.tensor.shape ?? [data.length];
      invariant(sizeOf(shape) === data.length, `${name} has its shape`);
      return [name, float32(shape, data)] as const;
    }),
  );
  const { toFile } = network;
  invariant(toFile !== undefined, 'the network was opened from named tensors');
  return new Map(Array.from(toFile(tensors), ([name, { data }]) => [name, data]));
}

function tensorsOf({ parameters, buffers }: Network): Map<string, Tensor> {
  return new Map<string, Tensor>([
    ...[...parameters].map(([name, { tensor }]) => [name, tensor] as const),
    ...buffers,
  ]);
}

function floats(tensor: Tensor | undefined): Float32Array {
  invariant(tensor?.dtype === 'float32', 'a tensor of floats');
  return tensor.data;
}

/** The distance of numbers from those expected, relative to the norm of these. */
export function relative(found: Float32Array, expected: readonly (readonly number[])[]): number {
  const flat = expected.flat();
  invariant(flat.length === found.length, `${found.length} numbers instead of ${flat.length}`);
  const error = Math.hypot(...flat.map((value, i) => value - at(found, i)));
  return error / Math.hypot(...flat);
}
