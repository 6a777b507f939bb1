import { median } from '../src/analysis/statistics.js';
import { formatTable } from '../src/figures/table.js';
import type { Device } from '../src/graph/device.js';
import { writeOnnx } from '../src/graph/onnx/write.js';
import { conv } from '../src/graph/operators/conv.js';
import { simplify } from '../src/graph/simplify.js';
import { float32, type Shape, sizeOf, type Tensor, zeros } from '../src/graph/tensor.js';
import { input, type Value } from '../src/graph/value.js';
import { forwardByWindows } from '../src/lowering/conv.js';
import { inputGradientByWindows } from '../src/lowering/conv-input-gradient.js';
import { weightGradientByWindows } from '../src/lowering/conv-weight-gradient.js';
import { canBlockDense, denseByBlocks } from '../src/lowering/dense-blocked.js';
import { reversedKernel } from '../src/lowering/reversed-kernel.js';
import type { Target } from '../src/lowering/target.js';
import { winogradForward } from '../src/lowering/winograd/forward.js';
import { winogradInputGradient } from '../src/lowering/winograd/input-gradient.js';
import { winogradWeightGradient } from '../src/lowering/winograd/weight-gradient.js';
import { Random } from '../src/random.js';
import type { Driver, Session } from '../src/runtime/driver.js';
import { nodeDriver } from '../src/runtime/node.js';
import { webDriver } from '../src/runtime/web.js';

/*
 * Each formulation of a 3x3 convolution and of its gradients by itself, at stride 1 and padded by 1: the layers of
 * ResNet-18 and ResNet-50 that are such, and neighbours of them. `src/lowering/crossovers.ts` has what follows from it.
 */

/** Sides of the maps, and channels before and after. */
const layers: readonly (readonly [side: number, channels: number])[] = [
  [56, 32],
  [56, 64],
  [56, 128],
  [28, 32],
  [28, 64],
  [28, 128],
  [28, 256],
  [14, 32],
  [14, 64],
  [14, 128],
  [14, 256],
  [7, 64],
  [7, 128],
  [7, 256],
  [7, 512],
];

const nameOf = ([side, channels]: (typeof layers)[number]) => `${side}x${channels}`;

/** The layers as `28x128`: side, channels. */
export const layerNames: readonly string[] = layers.map(nameOf);

const attributes = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 };

const formulations = ['direct', 'blocked', 'windows', 'winograd'] as const;

/** What a formulation makes of x and w, dy and w, or dy and x: each map [N,C,S,S], w [C,C,3,3]. */
type Formulations = {
  readonly [Name in (typeof formulations)[number]]?: (a: Value, b: Value, target: Target) => Value;
};

const passes: Readonly<Record<'forward' | 'input gradient' | 'weight gradient', Formulations>> = {
  forward: {
    direct: (x, w) => conv(x, w, undefined, attributes),
    blocked: (x, w, target) => denseByBlocks({ x, w }, attributes, target),
    windows: (x, w) => forwardByWindows(x, w, attributes),
    winograd: (x, w) => winogradForward(x, w, attributes),
  },
  'input gradient': {
    direct: (dy, w) => conv(dy, reversedKernel(w, 1), undefined, attributes),
    blocked: (dy, w, target) => denseByBlocks({ x: dy, w: reversedKernel(w, 1) }, attributes, target),
    windows: (dy, w) => inputGradientByWindows(dy, w, dy.shape, attributes),
    winograd: (dy, w) => winogradInputGradient(dy, w, dy.shape, attributes.pads),
  },
  'weight gradient': {
    windows: (dy, x, target) => weightGradientByWindows(x, dy, kernelsOf(x.shape), attributes, target),
    winograd: (dy, x) => winogradWeightGradient(x, dy, kernelsOf(x.shape), attributes.pads),
  },
};

export interface RulesOptions {
  readonly device: Device;
  readonly threads: number;
  readonly rounds: number;
  readonly batch: number;
  /** Some of `layerNames`. All by default. */
  readonly only?: readonly string[] | undefined;
}

/** A table of medians of interleaved rounds, in milliseconds. */
export async function measureRules({ device, threads, rounds, batch, only }: RulesOptions): Promise<string> {
  const driver = device === 'wasm' ? webDriver : nodeDriver;
  const target: Target = { device, channelBlock: await driver.channelBlock(device) };
  const rows: string[][] = [];
  for (const layer of layers) {
    if (only !== undefined && !only.includes(nameOf(layer))) continue;
    const [side, channels] = layer;
    const map = [batch, channels, side, side];
    const blocks = canBlockDense(map, kernelsOf(map), attributes, target);
    for (const [pass, builds] of Object.entries(passes)) {
      const other = pass === 'weight gradient' ? map : kernelsOf(map);
      const a = input('a', { dtype: 'float32', shape: map });
      const b = input('b', { dtype: 'float32', shape: other });
      const contestants: Contestant[] = [];
      for (const name of formulations) {
        const build = name === 'blocked' && !blocks ? undefined : builds[name];
        if (build !== undefined)
          contestants.push(await contestant(name, build(a, b, target), driver, { device, threads }));
      }
      const feeds = new Map([a, b].map(({ shape }, i) => [i === 0 ? 'a' : 'b', drawn(shape)]));
      await compete(contestants, feeds, rounds);
      const times = formulations.map((name) => {
        const measured = contestants.find((each) => each.name === name);
        return measured === undefined ? '' : median(measured.milliseconds).toFixed(1);
      });
      rows.push([`${side}x${side}x${channels}`, pass, ...times]);
      process.stderr.write(`\r${rows.length} of ${3 * (only ?? layers).length}  `);
    }
  }
  process.stderr.write('\r\x1b[K');
  return formatTable(
    ['map', 'pass', ...formulations].map((title) => ({ title })),
    rows,
  );
}

interface Contestant {
  readonly name: string;
  readonly session: Session;
  readonly fetches: ReadonlyMap<string, Tensor>;
  readonly milliseconds: number[];
}

/** Written as it is: a program would be lowered, and become what the rules choose. */
async function contestant(
  name: string,
  result: Value,
  driver: Driver,
  options: { readonly device: Device; readonly threads: number },
): Promise<Contestant> {
  const outputs = new Map(simplify([result]).map((value) => ['y', value]));
  const session = await driver.createSession(writeOnnx({ outputs }, options.device), options);
  return { name, session, fetches: new Map([['y', zeros('float32', result.shape)]]), milliseconds: [] };
}

/** The first run of each, which is slower, is not counted. */
async function compete(
  contestants: readonly Contestant[],
  feeds: ReadonlyMap<string, Tensor>,
  rounds: number,
): Promise<void> {
  for (let round = 0; round <= rounds; round++)
    for (const { session, fetches, milliseconds } of contestants) {
      const started = performance.now();
      await session.run(feeds, fetches);
      if (round > 0) milliseconds.push(performance.now() - started);
    }
  for (const { session } of contestants) await session.release();
}

function kernelsOf([, channels = 0]: Shape): Shape {
  return [channels, channels, 3, 3];
}

function drawn(shape: Shape): Tensor {
  const random = new Random(1, 'test');
  return float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.5),
  );
}
