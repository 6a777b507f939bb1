import { at } from '../../errors.js';
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
