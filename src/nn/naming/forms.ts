import { at } from '../../errors.js';
import { matrix } from '../../graph/shapes.js';
import type { Tensor } from '../../graph/tensor.js';

type Floats = Tensor<'float32'>;

/** How a tensor lies in a file, where not as ours does. */
export interface Form {
  toOurs(theirs: Floats): Floats;
  toTheirs(ours: Floats): Floats;
}

export const same: Form = { toOurs: (tensor) => tensor, toTheirs: (tensor) => tensor };

/** Theirs lacks `axes` leading axes of size 1. */
export function withoutLeadingAxes(axes: number): Form {
  return {
    toOurs: (theirs) => ({ ...theirs, shape: [...Array.from({ length: axes }, () => 1), ...theirs.shape] }),
    toTheirs: (ours) => ({ ...ours, shape: ours.shape.slice(axes) }),
  };
}

/** Theirs has `axes` leading axes of size 1 that ours lacks. */
export function withLeadingAxes(axes: number): Form {
  const { toOurs, toTheirs } = withoutLeadingAxes(axes);
  return { toOurs: toTheirs, toTheirs: toOurs };
}

/** Theirs has `axes` axes of size 1 at the end that ours lacks. */
export function withTrailingAxes(axes: number): Form {
  return {
    toOurs: (theirs) => ({ ...theirs, shape: theirs.shape.slice(0, -axes) }),
    toTheirs: (ours) => ({ ...ours, shape: [...ours.shape, ...Array.from({ length: axes }, () => 1)] }),
  };
}

/** Theirs lacks `axes` axes of size 1 that ours has at the end. */
export function withoutTrailingAxes(axes: number): Form {
  const { toOurs, toTheirs } = withTrailingAxes(axes);
  return { toOurs: toTheirs, toTheirs: toOurs };
}

/** Kernels [D,C,P,P] of patches that are stored as a linear layer [D,PPC] on their pixels, row by row, colours last. */
export function onFlatPatches(channels: number): Form {
  const reordered = (from: Floats, shape: readonly number[], toOurs: boolean): Floats => {
    const width = at(from.shape, 0);
    const pixels = from.data.length / (width * channels);
    const data = new Float32Array(from.data.length);
    for (let row = 0; row < width; row++)
      for (let channel = 0; channel < channels; channel++)
        for (let pixel = 0; pixel < pixels; pixel++) {
          const start = row * channels * pixels;
          const [ours, theirs] = [start + channel * pixels + pixel, start + pixel * channels + channel];
          data[toOurs ? ours : theirs] = from.data[toOurs ? theirs : ours] ?? 0;
        }
    return { dtype: 'float32', shape: [...shape], data };
  };
  return {
    // What is no such layer stays as it is, and is refused by its shape.
    toOurs: (theirs) => {
      if (theirs.shape.length !== 2) return theirs;
      const [width, length] = matrix(theirs.shape);
      const side = Math.sqrt(length / channels);
      return Number.isInteger(side) ? reordered(theirs, [width, channels, side, side], true) : theirs;
    },
    toTheirs: (ours) => reordered(ours, [at(ours.shape, 0), ours.data.length / at(ours.shape, 0)], false),
  };
}

/** A matrix that is stored as [in, out]. */
export const transposed: Form = { toOurs: transpose, toTheirs: transpose };

function transpose({ shape, data }: Floats): Floats {
  const [rows, columns] = [at(shape, 0), at(shape, 1)];
  const turned = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = data[row * columns + column] ?? 0;
  return { dtype: 'float32', shape: [columns, rows], data: turned };
}
