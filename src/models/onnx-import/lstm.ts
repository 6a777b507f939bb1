import { at } from '../../errors.js';
import { add } from '../../graph/operators/add.js';
import { concat } from '../../graph/operators/concat.js';
import { gather } from '../../graph/operators/gather.js';
import { matmul } from '../../graph/operators/matmul.js';
import { mul } from '../../graph/operators/mul.js';
import { reshape } from '../../graph/operators/reshape.js';
import { sigmoid } from '../../graph/operators/sigmoid.js';
import { slice } from '../../graph/operators/slice.js';
import { split } from '../../graph/operators/split.js';
import { tanh } from '../../graph/operators/tanh.js';
import { transpose } from '../../graph/operators/transpose.js';
import type { Shape } from '../../graph/tensor.js';
import { isConstantOf, type Value } from '../../graph/value.js';
import { type Builder, layer } from './builder.js';
import { int64 } from './constants.js';
import type { NodeReader } from './node-reader.js';

/** Steps of a sequence that are written out one by one. */
const MOST_STEPS = 256;

type Run = 'forward' | 'reverse';

const directions: ReadonlyMap<string, readonly Run[]> = new Map([
  ['forward', ['forward']],
  ['reverse', ['reverse']],
  ['bidirectional', ['forward', 'reverse']],
]);

export const recurrent = {
  LSTM: layer(['none', 'weight', 'weight', 'bias', 'none', 'none', 'none'], longShortTermMemory),
} satisfies Readonly<Record<string, Builder>>;

/**
 * Sequences [T,N,I], each step written out: all directions at once, [D,1,N,H], and what the inputs add to the gates in one
 * product before. Outputs Y [T,D,N,H] and the last states [D,N,H].
 */
function longShortTermMemory(node: NodeReader): readonly Value[] {
  const x = node.value(0);
  const [steps, images, inputs] = x.shape;
  if (steps === undefined || images === undefined || inputs === undefined || x.shape.length > 3)
    throw node.invalid(`reads [${x.shape}], not sequences [steps,batch,features]`);
  if (steps > MOST_STEPS) throw node.unsupported(`has ${steps} steps, more than ${MOST_STEPS}`);
  const lengths = node.optionalNumbers(4);
  if (lengths?.some((length) => length !== steps) === true) throw node.unsupported('has sequence_lens');
  if (node.optional(7) !== undefined) throw node.unsupported('has peepholes, P');
  const runs = runsOf(node);
  const count = runs.length;
  const size = node.int('hidden_size', node.value(2).shape[2] ?? 0);
  const w = node.floats(1, 'weight', [count, 4 * size, inputs]);
  const r = node.floats(2, 'weight of the recurrence', [count, 4 * size, size]);
  const bias = node.optionalFloats(3, 'bias', [count, 8 * size]);

  const rows = runs.map((run) => reshape(inOrder(x, run, 0), [1, steps * images, inputs]));
  const product = matmul(concat(rows, 0), w, { transposeB: true });
  const driven = bias === undefined ? product : add(product, sumOfHalves(bias, count, 4 * size));
  const ofSteps = split(reshape(driven, [count, steps, images, 4 * size]), 1, steps);
  const recurrence = transpose(reshape(r, [count, 1, 4 * size, size]), [0, 1, 3, 2]);

  const state = [count, 1, images, size];
  let h = initial(node, 5, [count, images, size], state);
  let c = initial(node, 6, [count, images, size], state);
  const states: Value[] = [];
  for (const own of ofSteps) {
    const gates = h === undefined ? own : add(own, matmul(h, recurrence));
    const open = sigmoid(slice(gates, 3, 0, 3 * size));
    const gate = (i: number) => slice(open, 3, i * size, (i + 1) * size);
    const added = mul(gate(0), tanh(slice(gates, 3, 3 * size, 4 * size)));
    c = c === undefined ? added : add(mul(gate(2), c), added);
    h = mul(gate(1), tanh(c));
    states.push(h);
  }
  const all = concat(states, 1);
  const y = concat(
    runs.map((run, i) => inOrder(slice(all, 0, i, i + 1), run, 1)),
    0,
  );
  const last = (value: Value | undefined) =>
    value === undefined ? [] : [reshape(value, [count, images, size])];
  return [transpose(y, [1, 0, 2, 3]), ...last(h), ...last(c)];
}

/** In which order each direction takes the steps. Refuses what changes the equations. */
function runsOf(node: NodeReader): readonly Run[] {
  const direction = node.text('direction', 'forward');
  const runs = directions.get(direction);
  if (runs === undefined) throw node.invalid(`has the direction ${direction}`);
  if (node.int('input_forget', 0) !== 0) throw node.unsupported('has the attribute input_forget');
  if (node.int('layout', 0) !== 0) throw node.unsupported('has the attribute layout');
  const activations = node.texts('activations')?.join() ?? '';
  if (activations !== '' && activations !== runs.map(() => 'Sigmoid,Tanh,Tanh').join())
    throw node.unsupported(`has the activations ${activations}`);
  return runs;
}

function inOrder(x: Value, run: Run, axis: number): Value {
  const steps = at(x.shape, axis);
  return run === 'forward'
    ? x
    : gather(x, int64(Array.from({ length: steps }, (_, i) => steps - 1 - i)), axis);
}

/** The biases of the inputs and of the recurrence are added: [D,1,4H] of [D,8H]. */
function sumOfHalves(bias: Value, count: number, width: number): Value {
  const sum = add(slice(bias, 1, 0, width), slice(bias, 1, width, 2 * width));
  return reshape(sum, [count, 1, width]);
}

/** A state before the first step; undefined for zeros, which exporters write down for their own number of images. */
function initial(node: NodeReader, i: number, given: Shape, wanted: Shape): Value | undefined {
  const value = node.optional(i);
  if (value === undefined || isConstantOf(value, 0)) return undefined;
  return reshape(node.floats(i, 'initial state', given), wanted);
}
