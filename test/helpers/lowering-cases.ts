import { gradients } from '../../src/autodiff/gradients.js';
import { at, invariant } from '../../src/errors.js';
import { batchNormTraining } from '../../src/graph/operators/batch-norm-training.js';
import { conv } from '../../src/graph/operators/conv.js';
import { MaxPool } from '../../src/graph/operators/max-pool.js';
import {
  add,
  cast,
  div,
  gather,
  gelu,
  greater,
  less,
  logSoftmax,
  matmul,
  mul,
  reduceSum,
  reshape,
  scalar,
  softmax,
  split,
  sub,
  transpose,
  where,
} from '../../src/graph/ops.js';
import { float32, int32, type Shape } from '../../src/graph/tensor.js';
import { apply, constant, type Value } from '../../src/graph/value.js';
import { crossovers } from '../../src/lowering/crossovers.js';
import { attention } from '../../src/nn/attention.js';
import { biasedConvolutions, convolutions, mapBelow, mapOf } from './conv-geometries.js';
import { drawSample, toTensor } from './samples.js';

/** A graph over inputs of the given shapes. */
export interface LoweringCase {
  readonly name: string;
  readonly shapes: readonly Shape[];
  /** Whether lowering writes constants that single precision does not hold exactly. */
  readonly hasRoundedConstants?: true;
  build(x: (index: number) => Value): readonly Value[];
}

/**
 * The pixels of a map that is not small: the first power of two. Like that, constants such as 1 / M are exact in single
 * precision.
 */
const powerOfTwo = 2 ** Math.ceil(Math.log2(crossovers.rowsOfPixels));

/** One graph for every branch that a rule of lowering can take: shapes decide, so they follow the crossovers. */
export const loweringCases: readonly LoweringCase[] = [
  ...convolutions().map(
    ([name, x, w, attributes]): LoweringCase => ({
      name: `convolution: ${name}`,
      shapes: [x, w],
      build: (x) => withGradients(conv(x(0), x(1), undefined, attributes), [x(0), x(1)]),
    }),
  ),
  ...biasedConvolutions().map(
    ([name, x, w, attributes]): LoweringCase => ({
      name: `convolution with a bias: ${name}`,
      shapes: [x, w, [at(w, 0)]],
      build: (x) => withGradients(conv(x(0), x(1), x(2), attributes), [x(0), x(1), x(2)]),
    }),
  ),
  ...[
    [2, 3, powerOfTwo / 16, 16],
    [2, 3, powerOfTwo / 16, 8],
    [4, 3, 2, 2],
    [4, 5, 1, 1],
  ].map(
    (shape): LoweringCase => ({
      name: `batch normalization of [${shape}]`,
      shapes: [shape, [at(shape, 1)]],
      build: (x) => {
        const [y, mean, variance] = batchNormTraining(x(0), { scale: x(1), bias: x(1) }, 2 ** -16);
        return [mean, variance, ...withGradients(y, [x(0), x(1)])];
      },
    }),
  ),
  ...wideRows(),
  {
    name: "max-pooling's gradient, and another one of the same map",
    shapes: [[2, 3, 6, 5]],
    build: (x) => {
      const [maxima] = apply(MaxPool, [x(0)], {
        kernel: [3, 3],
        strides: [2, 2],
        pads: [1, 1, 1, 1],
        ceil: false,
      });
      return [
        ...withGradients(add(reshape(maxima, [2, 3, 9]), reduceSum(mul(x(0), x(0)))), [x(0)]),
        ...gradients(reshape(add(reduceSum(mul(x(0), x(0))), reduceSum(maxima)), []), [x(0)]),
      ];
    },
  },
  ...[mapOf(crossovers.rowsOfPixels), mapBelow(crossovers.rowsOfPixels)].map(
    (map): LoweringCase => ({
      name: `a map [${map}] scaled and moved per channel`,
      shapes: [[2, 3, ...map]],
      build: (x) => [add(mul(x(0), drawn(1, [3, 1, 1])), drawn(2, [3, 1, 1]))],
    }),
  ),
  {
    name: 'a map scaled and moved otherwise',
    shapes: [
      [2, 3, 4, 5],
      [3, 1, 1],
    ],
    build: (x) => [
      add(mul(x(0), drawn(1, [3, 1, 1])), x(1)),
      add(mul(x(0), x(1)), drawn(2, [3, 1, 1])),
      add(mul(x(0), drawn(1, [3, 1, 1])), drawn(2, [1])),
      add(mul(reshape(x(0), [2, 3, 20]), drawn(1, [3, 1])), drawn(2, [3, 1])),
      add(x(0), drawn(2, [3, 1, 1])),
    ],
  },
  ...[crossovers.productWithOnes, crossovers.productWithOnes - 1].map(
    (rows): LoweringCase => ({
      name: `sums over ${rows} rows`,
      shapes: [[rows, 3]],
      build: (x) => [reduceSum(x(0), [0]), reduceSum(x(0), [1]), reduceSum(x(0))],
    }),
  ),
  ...[crossovers.productWithOnes / 2, crossovers.productWithOnes / 2 - 1].map(
    (rows): LoweringCase => ({
      name: `sums over two maps of ${rows} rows`,
      shapes: [[2, rows, 3]],
      build: (x) => [
        reduceSum(reshape(transpose(x(0), [0, 2, 1]), [2, 3, rows, 1]), [0, 2, 3]),
        reduceSum(reshape(transpose(x(0), [0, 2, 1]), [2, 3, rows, 1]), [2, 3]),
        reduceSum(reshape(transpose(x(0), [0, 2, 1]), [3, 2, rows, 1]), [0, 2, 3]),
        reduceSum(reshape(transpose(x(0), [1, 2, 0]), [rows, 3, 2, 1]), [0, 2, 3]),
        reduceSum(reshape(x(0), [3, 2, rows, 1]), [0, 2, 3]),
        reduceSum(reshape(mul(x(0), x(0)), [2, rows, 3, 1]), [0, 2, 3]),
      ],
    }),
  ),
  {
    name: 'products plus rows',
    shapes: [[3, 4], [4, 5], [5], [3, 5], [3]],
    build: (x) => [
      add(matmul(x(0), x(1)), x(2)),
      add(matmul(x(1), x(0), { transposeA: true, transposeB: true }), x(4)),
      add(matmul(x(0), x(1), { alpha: 2 }), x(2)),
      add(matmul(x(0), x(1)), x(3)),
      add(x(2), matmul(x(0), x(1))),
    ],
  },
  {
    name: 'stacks of products',
    shapes: [
      [2, 3, 4],
      [2, 4, 5],
      [4, 5],
    ],
    build: (x) =>
      [1, 0.5].flatMap((alpha) => [
        matmul(x(0), x(1), { alpha }),
        matmul(x(1), x(0), { transposeA: true, transposeB: true, alpha }),
        matmul(x(0), x(0), { transposeB: true, alpha }),
        matmul(x(0), x(2), { alpha }),
        matmul(x(2), x(2), { transposeB: true, alpha }),
      ]),
  },
  {
    name: 'logarithms of softmax',
    shapes: [[2, 3, 5]],
    build: (x) => [
      ...withGradients(logSoftmax(x(0)), [x(0)]),
      // Of numbers whose exponentials overflow.
      logSoftmax(mul(x(0), 2 ** 12)),
    ],
  },
  {
    name: 'tensors that end in ones, and one number',
    shapes: [[3, 4, 1, 1], [], [1, 1], [1], [3, 4, 1, 1], [1, 3, 4, 1, 1], [3, 1], [1, 1, 1, 1, 1]],
    build: (x) => [
      ...[x(1), x(2), x(3)].flatMap((number) => [
        add(x(0), number),
        sub(x(0), number),
        mul(x(0), number),
        div(x(0), number),
        add(number, x(0)),
        sub(number, x(0)),
        mul(number, x(0)),
        div(number, x(0)),
      ]),
      // As an optimizer does.
      sub(x(4), mul(add(mul(x(0), 0.75), x(4)), x(1))),
      // Of more axes than the tensor has; of the same shape; not one number; nothing but one.
      mul(x(0), x(7)),
      mul(x(0), x(4)),
      mul(x(5), x(0)),
      mul(x(0), reshape(x(6), [3, 1, 1, 1])),
      mul(x(1), x(2)),
      mul(cast(x(0), 'int32'), constant(int32([], [3]))),
    ],
  },
  {
    name: 'masks',
    shapes: [
      [3, 4],
      [3, 4],
    ],
    build: (x) => [
      cast(greater(x(0), 0), 'float32'),
      cast(greater(mul(x(0), 0), 0), 'float32'),
      cast(greater(x(0), 0.25), 'float32'),
      cast(greater(x(0), 2 ** 30), 'float32'),
      cast(greater(x(0), x(1)), 'float32'),
      cast(greater(x(0), scalar(0, [4])), 'float32'),
      cast(greater(x(0), 0), 'int32'),
      cast(greater(cast(mul(x(0), 9), 'int32'), constant(int32([], [1]))), 'float32'),
      cast(less(x(0), 0), 'float32'),
    ],
  },
  {
    name: "gelu's gradient",
    shapes: [[3, 4]],
    hasRoundedConstants: true,
    build: (x) => withGradients(gelu(x(0)), [x(0)]),
  },
  {
    name: 'attention, of fewer numbers a head than tokens and of more',
    shapes: [
      [2, 7, 24],
      [2, 3, 96],
    ],
    build: (x) => [0, 1].flatMap((i) => withGradients(attention(x(i), 2), [x(i)])),
  },
  {
    name: 'queries, keys and values of one linear layer',
    shapes: [[2, 5, 6], [24, 6], [24], [6, 24], [6, 10]],
    build: (x) => {
      const rows = reshape(x(0), [10, 6]);
      const products = [
        add(matmul(rows, x(1), { transposeB: true }), x(2)),
        add(matmul(rows, x(3)), x(2)),
        matmul(rows, x(1), { transposeB: true }),
      ];
      // What is no such layer, or is cut otherwise.
      const others = [
        matmul(rows, x(3), { alpha: 2 }),
        matmul(x(4), x(3), { transposeA: true }),
        mul(matmul(rows, x(3)), x(2)),
      ];
      const byHead = (result: Value) => transpose(reshape(result, [2, 5, 6, 4]), [0, 2, 1, 3]);
      return [
        ...products.flatMap((result) =>
          withGradients(attention(reshape(result, [2, 5, 24]), 2), [x(0), x(2)]),
        ),
        ...others.flatMap((result) => split(byHead(result), 1, 3)),
        ...split(byHead(at(products, 0)), 1, 6),
        ...split(byHead(at(products, 0)), 3, 2),
        ...split(transpose(reshape(at(products, 0), [2, 5, 6, 4]), [0, 2, 3, 1]), 1, 2),
        ...split(transpose(reshape(at(products, 0), [5, 2, 6, 4]), [0, 2, 1, 3]), 1, 2),
        ...split(transpose(reshape(at(products, 0), [2, 10, 3, 4]), [0, 2, 1, 3]), 1, 3),
        ...split(transpose(x(0), [0, 2, 1]), 1, 3),
      ];
    },
  },
  {
    name: 'row sums of products with a softmax, other than in attention',
    shapes: [
      [2, 5, 4],
      [2, 5, 5],
      [5, 2],
    ],
    build: (x) => {
      const weights = softmax(x(1));
      const rowSums = (product: Value) => reduceSum(mul(product, weights), [2]);
      return [
        rowSums(matmul(x(0), x(0), { transposeB: true, alpha: 2 })),
        rowSums(matmul(transpose(x(0), [0, 2, 1]), x(0), { transposeA: true, transposeB: true })),
        rowSums(matmul(x(1), x(1))),
        rowSums(matmul(x(2), x(2), { transposeB: true })),
        rowSums(reshape(x(1), [2, 5, 5])),
        reduceSum(mul(matmul(x(0), x(0), { transposeB: true }), weights), [1]),
        reduceSum(mul(matmul(x(0), x(0), { transposeB: true }), x(1)), [2]),
        reduceSum(mul(weights, matmul(x(0), x(0), { transposeB: true })), [2]),
      ];
    },
  },
  {
    name: "gather's gradient",
    shapes: [[2, 4, 3]],
    build: (x) => withGradients(gather(x(0), constant(int32([5], [3, 0, 0, 2, 3])), 1), [x(0)]),
  },
];

function drawn(seed: number, shape: Shape): Value {
  return constant(float32(shape, Float32Array.from(drawSample({ shape }, seed))));
}

/** y, and the gradients of a scalar that depends on every element of y differently. */
function withGradients(y: Value, inputs: readonly Value[]): Value[] {
  const weights = constant(toTensor(y, drawSample({ shape: y.shape }, 99)));
  return [y, ...gradients(reshape(reduceSum(mul(y, weights)), []), inputs)];
}

/** Layers that make rows twice as wide, and narrow again. */
function wideRows(): LoweringCase[] {
  const [least, narrow, wide] = [crossovers.wideRows, 16, 32];
  const images = 4;
  const through = (x: Value, [w, bias, v, offset]: readonly Value[], between: (wide: Value) => Value) => {
    invariant(w && bias && v && offset, 'weights and biases of two layers');
    const tokens = at(x.shape, 1);
    const flat = reshape(x, [images * tokens, narrow]);
    const transposeB = at(w.shape, 1) === narrow;
    const activated = between(reshape(add(matmul(flat, w, { transposeB }), bias), [images, tokens, wide]));
    const rows = reshape(activated, [images * tokens, wide]);
    return add(matmul(rows, v, { transposeB }), offset);
  };
  const shapes = (tokens: number) => [
    [images, tokens, narrow],
    [wide, narrow],
    [wide],
    [narrow, wide],
    [narrow],
  ];
  const withAll = (x: (index: number) => Value, between: (wide: Value) => Value) => {
    const operands = [x(1), x(2), x(3), x(4)];
    return withGradients(through(x(0), operands, between), [x(0), ...operands]);
  };
  return [
    {
      name: 'rows made wide and narrow again',
      shapes: shapes(least / images),
      hasRoundedConstants: true,
      build: (x) => withAll(x, gelu),
    },
    {
      name: 'rows made wide and narrow again by matrices that lie the other way round',
      shapes: [[images, least / images, narrow], [narrow, wide], [wide], [wide, narrow], [narrow]],
      build: (x) => withAll(x, (y) => mul(y, y)),
    },
    {
      name: 'rows made wide, of which there are no whole blocks',
      shapes: shapes(least / images + 1),
      build: (x) => withAll(x, (y) => mul(y, y)),
    },
    {
      name: 'rows made wide and narrow again, and compared',
      shapes: [...shapes(least / images), [least, narrow]],
      build: (x) => {
        const rows = through(x(0), [x(1), x(2), x(3), x(4)], (y) => mul(y, y));
        return [where(greater(rows, 0), x(5), rows)];
      },
    },
    {
      name: 'rows made wide that something else reads, too',
      shapes: shapes(least / images),
      build: (x) => withAll(x, (y) => add(y, reduceSum(y, [2]))),
    },
  ];
}
