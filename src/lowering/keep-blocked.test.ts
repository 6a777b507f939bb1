import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { drawnInputs } from '../../test/helpers/drawn-inputs.js';
import { runGraph } from '../../test/helpers/run-graph.js';
import { worstError } from '../../test/helpers/samples.js';
import { at } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import {
  add,
  cast,
  clip,
  concat,
  conv,
  greater,
  mul,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  slice,
  transpose,
  type Value,
} from '../graph/ops.js';
import { simplify } from '../graph/simplify.js';
import { topologicalOrder } from '../graph/value.js';
import { nodeDriver } from '../runtime/node.js';
import { lower } from './lower.js';

const BLOCK = 8;
const CHANNELS = 2 * BLOCK;
/** Of a power of two pixels: constants such as 1 / 32 are exact in single precision. */
const MAP = [2, CHANNELS, 4, 8] as const;
const plain = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
const same = { ...plain, pads: [1, 1, 1, 1] };

/** A map, three kernels and a bias. */
const shapes = [
  MAP,
  [CHANNELS, CHANNELS, 1, 1],
  [CHANNELS, CHANNELS, 3, 3],
  [CHANNELS, 1, 3, 3],
  [CHANNELS],
] as const;

const lowered = (outputs: readonly Value[], block = BLOCK) =>
  simplify(lower(outputs, { device: 'cpu', channelBlock: block }));

const namesOf = (outputs: readonly Value[]) =>
  topologicalOrder(lowered(outputs)).map(({ operator }) => operator.name);

const count = (names: readonly string[], name: string) => names.filter((each) => each === name).length;

describe('maps stay in blocks', () => {
  const { x } = drawnInputs(shapes);
  const pointwise = (map: Value) => conv(map, x(1), undefined, plain);
  const depthwise = (map: Value) => conv(map, x(3), undefined, { ...same, group: CHANNELS });

  test('through what is elementwise, from the first convolution to the last', () => {
    const residual = add(pointwise(clip(depthwise(relu(pointwise(x(0)))), 0, 6)), mul(pointwise(x(0)), 2));
    const names = namesOf([residual]);
    // The kernels of two convolutions, and the map; the kernel that is used twice is laid out once.
    assert.equal(count(names, 'BlockChannels'), 3);
    assert.equal(count(names, 'UnblockChannels'), 1);
  });

  test('through joined and cut channels and images, where these are whole blocks', () => {
    const joined = concat([pointwise(x(0)), relu(pointwise(x(0)))], 1);
    assert.equal(
      count(namesOf([pointwise(slice(joined, 1, BLOCK, BLOCK + CHANNELS))]), 'UnblockChannels'),
      1,
    );
    assert.equal(count(namesOf([pointwise(slice(pointwise(x(0)), 0, 0, 1))]), 'UnblockChannels'), 1);
    const uneven = conv(slice(joined, 1, 4, 4 + CHANNELS), x(1), undefined, plain);
    assert.equal(count(namesOf([uneven]), 'UnblockChannels'), 2);
  });

  test('until sums over their pixels, and rows, which are made of blocks at once', () => {
    const map = pointwise(x(0));
    for (const read of [
      reduceMean(map, [2, 3]),
      reduceSum(map, [2, 3]),
      reduceSum(map, [0, 2, 3]),
      transpose(map, [0, 2, 3, 1]),
      transpose(reshape(map, [2, CHANNELS, 32]), [0, 2, 1]),
    ])
      assert.equal(count(namesOf([read]), 'UnblockChannels'), 0);
  });

  test('a map that was laid out in blocks for one reader is plain to others', () => {
    const names = namesOf([pointwise(x(0)), mul(x(0), 2)]);
    assert.equal(count(names, 'UnblockChannels'), 1);
  });

  test('what follows a convolution and is read once becomes a part of it', () => {
    const names = namesOf([relu(add(pointwise(x(0)), depthwise(x(0))))]);
    assert.equal(count(names, 'Add') + count(names, 'Relu'), 0);
    const map = pointwise(x(0));
    const twice = namesOf([add(relu(map), map)]);
    assert.equal(count(twice, 'Relu'), 1);
  });
});

/** A graph of some steps, each a choice of an operation and of maps among those before. */
const steps = fc.array(fc.record({ kind: fc.nat(), a: fc.nat(), b: fc.nat() }), {
  minLength: 1,
  maxLength: 12,
});

type Operation = (a: Value, b: Value, x: (index: number) => Value) => Value;

/** Each makes a map of one shape of maps of that shape. */
const operations: readonly Operation[] = [
  (a, _, x) => conv(a, x(1), undefined, plain),
  (a, _, x) => conv(a, x(1), x(4), plain),
  (a, _, x) => conv(a, x(2), x(4), same),
  (a, _, x) => conv(a, x(3), undefined, { ...same, group: CHANNELS }),
  (a) => relu(a),
  (a) => clip(a, -0.5, 0.5),
  (a, b) => add(a, b),
  (a, b) => mul(a, b),
  (a) => mul(a, 0.5),
  (a, b) => mul(a, cast(greater(b, 0), 'float32')),
  (a, b) => add(a, reduceMean(b, [2, 3])),
  (a, b) => mul(a, reshape(reduceSum(b, [0, 2, 3]), [1, CHANNELS, 1, 1])),
  (a, b) => slice(concat([a, b], 1), 1, BLOCK, BLOCK + CHANNELS),
  (a, b) => slice(concat([a, b], 1), 1, 3, 3 + CHANNELS),
  (a, b) => concat([slice(a, 0, 1, 2), slice(b, 0, 0, 1)], 0),
  (a) => transpose(relu(transpose(a, [0, 2, 3, 1])), [0, 3, 1, 2]),
];

function build(
  choices: readonly { kind: number; a: number; b: number }[],
  x: (index: number) => Value,
): Value[] {
  const maps = [x(0)];
  for (const { kind, a, b } of choices) {
    const operation = at(operations, kind % operations.length);
    maps.push(operation(at(maps, a % maps.length), at(maps, b % maps.length), x));
  }
  // Results of single precision must not grow without bound.
  return maps.slice(-2).map((map) => clip(map, -100, 100));
}

test('any graph of maps computes, in blocks, what it computes plainly', () => {
  fc.assert(
    fc.property(steps, (choices) => {
      const { x, numbers } = drawnInputs(shapes);
      const outputs = build(choices, x);
      const expected = interpret(outputs, numbers);
      interpret(lowered(outputs), numbers).forEach((actual, i) => {
        const error = worstError(actual, at(expected, i));
        assert.ok(error < 1e-11, `output ${i}: relative error ${error}`);
      });
    }),
    { numRuns: 60 },
  );
});

const block = await nodeDriver.channelBlock('cpu');
const skip =
  block !== undefined && CHANNELS % block === 0 ? false : `blocks have ${block ?? 'no'} channels here`;

test('and so it does by ONNX Runtime', { skip }, async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (choices) => {
      const { x, numbers, tensors } = drawnInputs(shapes);
      const outputs = build(choices, x);
      const expected = interpret(outputs, numbers);
      (await runGraph(nodeDriver, 'cpu', outputs, tensors)).forEach((tensor, i) => {
        const error = worstError(tensor.data, at(expected, i));
        assert.ok(error < 1e-4, `output ${i}: relative error ${error}`);
      });
    }),
    { numRuns: 25 },
  );
});
