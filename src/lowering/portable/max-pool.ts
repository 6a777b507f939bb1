import { at } from '../../errors.js';
import { add } from '../../graph/operators/add.js';
import { cast } from '../../graph/operators/cast.js';
import { equal } from '../../graph/operators/equal.js';
import { MaxPool } from '../../graph/operators/max-pool.js';
import { mul } from '../../graph/operators/mul.js';
import type { PoolAttributes } from '../../graph/operators/pool-geometry.js';
import { where } from '../../graph/operators/where.js';
import { nchw } from '../../graph/shapes.js';
import { float32, int32 } from '../../graph/tensor.js';
import { apply, constant, scalar, type Value } from '../../graph/value.js';
import type { LoweringOf } from '../lowering.js';
import { LOWEST, maximaOfRows } from '../max-pool-gradient.js';
import { type PoolWindows, tapsOf, windowsOf } from '../pool-windows.js';

/** WebGPU returns no offsets: where somebody reads them, they are found again, in the maxima of rows and in the rows. */
export const maxPool: LoweringOf<typeof MaxPool> = {
  lower([x], attributes) {
    const [y] = apply(MaxPool, [x], attributes);
    return [y, offsetsOf(x, y, attributes)];
  },
};

function offsetsOf(x: Value, y: Value, attributes: PoolAttributes): Value {
  const [batch, channels, height, width] = nchw(x.shape);
  const rowMaxima = maximaOfRows(x, attributes);
  const [vertical, horizontal] = [windowsOf(attributes, y.shape, 2), windowsOf(attributes, y.shape, 3)];
  const columns = firstEqual(x, rowMaxima, horizontal, placesIn(horizontal));
  const rowOf = firstEqual(rowMaxima, y, vertical, placesIn(vertical));
  const columnOf = firstEqual(rowMaxima, y, vertical, tapsOf(columns, vertical, 0));
  const planes = Int32Array.from({ length: batch * channels }, (_, plane) => plane * height * width);
  const inMap = add(mul(cast(rowOf, 'int32'), constant(int32([], [width]))), cast(columnOf, 'int32'));
  return cast(add(inMap, constant(int32([batch, channels, 1, 1], planes))), 'int64');
}

/** For each window, what `results` has for the first place where x equals the window's y. */
function firstEqual(x: Value, y: Value, windows: PoolWindows, results: readonly Value[]): Value {
  return tapsOf(x, windows, LOWEST)
    .map((tap, u) => ({ found: equal(tap, y), result: at(results, u) }))
    .reduceRight((rest, { found, result }) => where(found, result, rest), scalar(0));
}

/** For each place in a window, where that is along the axis, for every window: [count] or, of rows, [count,1]. */
function placesIn({ axis, kernel, stride, before, count }: PoolWindows): Value[] {
  const shape = axis === 2 ? [count, 1] : [count];
  return Array.from({ length: kernel }, (_, u) =>
    constant(
      float32(
        shape,
        Float32Array.from({ length: count }, (_, i) => i * stride + u - before),
      ),
    ),
  );
}
