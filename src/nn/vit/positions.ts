import { at } from '../../errors.js';
import { float32, type Tensor } from '../../graph/tensor.js';

/** Which filter a library resizes position embeddings with; `bicubic-corners` keeps the grid's corners where they are. */
export type PositionFilter = 'bicubic' | 'bicubic-antialias' | 'bicubic-corners' | 'bilinear-antialias';

/** The filter of a library that names tensors, for a network with so many registers. */
export function positionFilter(library: string | undefined, registers: number): PositionFilter {
  switch (library) {
    case 'transformers':
      // Of its models, DINOv2 with registers alone has the antialiasing.
      return registers > 0 ? 'bicubic-antialias' : 'bicubic';
    case 'torchvision':
      return 'bicubic-corners';
    default:
      return 'bicubic-antialias';
  }
}

/**
 * Position embeddings [1,P+T,D], of P tokens before those of a square grid of patches, for another grid, as torch's
 * `interpolate` makes them. The first P stay as they are.
 */
export function resizePositions(
  positions: Tensor<'float32'>,
  { before, from, to, filter }: { before: number; from: number; to: number; filter: PositionFilter },
): Tensor<'float32'> {
  if (from === to) return positions;
  const width = at(positions.shape, 2);
  const weights = filterMatrix(from, to, filter);
  const grid = positions.data.subarray(before * width);
  const rows = along(grid, { outer: 1, inner: from * width, from, to }, weights);
  const both = along(rows, { outer: to, inner: width, from, to }, weights);
  const data = new Float32Array((before + to * to) * width);
  data.set(positions.data.subarray(0, before * width));
  data.set(both, before * width);
  return float32([1, before + to * to, width], data);
}

/** Filters an axis of length `from` of x [outer,from,inner]. */
function along(
  x: ArrayLike<number>,
  { outer, inner, from, to }: { outer: number; inner: number; from: number; to: number },
  weights: readonly Float64Array[],
): Float64Array {
  const y = new Float64Array(outer * to * inner);
  for (let o = 0; o < outer; o++)
    weights.forEach((row, i) => {
      const target = y.subarray((o * to + i) * inner, (o * to + i + 1) * inner);
      row.forEach((weight, j) => {
        if (weight === 0) return;
        const start = (o * from + j) * inner;
        for (let k = 0; k < inner; k++) target[k] = (target[k] ?? 0) + weight * (x[start + k] ?? 0);
      });
    });
  return y;
}

/** Row i has the weights of the `from` inputs in output i. */
function filterMatrix(from: number, to: number, filter: PositionFilter): Float64Array[] {
  const corners = filter === 'bicubic-corners';
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    const row = new Float64Array(from);
    const centre = corners ? (to > 1 ? (i * (from - 1)) / (to - 1) : 0) + 0.5 : (i + 0.5) * scale;
    if (filter === 'bicubic' || corners) {
      // Four taps; beyond the edge, the edge's value.
      const first = Math.floor(centre - 0.5);
      for (let tap = first - 1; tap <= first + 2; tap++) {
        const j = Math.min(from - 1, Math.max(0, tap));
        row[j] = (row[j] ?? 0) + cubic(tap + 0.5 - centre, -0.75);
      }
      return row;
    }
    // PIL's: wider where it shrinks, cut off at the edges, normalised.
    const stretch = Math.max(1, scale);
    const { reach, weigh } = filter === 'bilinear-antialias' ? bilinear : bicubic;
    const low = Math.max(0, Math.floor(centre - reach * stretch + 0.5));
    const high = Math.min(from, Math.floor(centre + reach * stretch + 0.5));
    let sum = 0;
    for (let j = low; j < high; j++) {
      const weight = weigh((j + 0.5 - centre) / stretch);
      row[j] = weight;
      sum += weight;
    }
    return row.map((weight) => weight / sum);
  });
}

/** Filters as wide as they reach, in both directions. */
const bicubic = { reach: 2, weigh: (x: number) => cubic(x, -0.5) };
const bilinear = { reach: 1, weigh: (x: number) => Math.max(0, 1 - Math.abs(x)) };

/** Keys 1981. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}
