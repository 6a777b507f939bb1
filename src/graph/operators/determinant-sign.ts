import { AdarandError, at } from '../../errors.js';
import { requireFloat } from '../dtypes.js';
import { noGradient, type Primitive } from '../operator.js';
import { matrix } from '../shapes.js';
import { apply, type Value } from '../value.js';

/** Constant almost everywhere, hence without a gradient. */
export const DeterminantSign: Primitive<Record<never, never>, 1, 1> = {
  kind: 'primitive',
  name: 'DeterminantSign',
  doc: 'The sign of the determinant of x [n, n], a scalar: -1, 0 or 1; 0 also where the determinant underflows.',
  infer: ([x]) => {
    requireFloat('DeterminantSign', 'its operand', x);
    const [rows, columns] = matrix(x.shape, 'DeterminantSign: its operand');
    if (rows !== columns)
      throw new AdarandError(
        'graph.shape',
        `DeterminantSign: [${x.shape}] is not a square matrix`,
        'Give a matrix [n, n].',
      );
    return [{ dtype: x.dtype, shape: [] }];
  },
  gradient: () => [noGradient],
  evaluate: ([{ shape, data }]) => [Float64Array.of(signOfDeterminant(data, matrix(shape)[0]))],
  emit: (e, inputs) => e.op('Sign', e.op('Det', inputs)),
  samples: [
    { inputs: [{ shape: [1, 1], values: [-2] }], attributes: {} },
    { inputs: [{ shape: [2, 2], values: [0, 1, 1, 0] }], attributes: {} },
    { inputs: [{ shape: [3, 3], values: [0, 2, 1, 3, 0, 1, 1, 1, 2] }], attributes: {} },
    {
      inputs: [{ shape: [4, 4], values: [4, 1, 0, 1, 1, -3, 1, 0, 0, 1, 5, 1, 1, 0, 1, -2] }],
      attributes: {},
    },
  ],
};

/**
 * The sign of the determinant of x [n,n]: a scalar, -1, 0 or 1, which no gradient passes.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const determinantSign = (x: Value): Value => apply(DeterminantSign, [x], {})[0];

/** Gaussian elimination with partial pivoting: the product of the pivots' signs, and of the row exchanges'. */
function signOfDeterminant(data: Float64Array, n: number): number {
  const rows = Array.from({ length: n }, (_, i) => data.slice(i * n, (i + 1) * n));
  const entry = (i: number, j: number) => at(at(rows, i), j);
  let sign = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(entry(i, k)) > Math.abs(entry(pivot, k))) pivot = i;
    if (entry(pivot, k) === 0) return 0;
    if (pivot !== k) {
      rows.splice(k, 0, ...rows.splice(pivot, 1));
      // Moving a row up past pivot - k others exchanges as many neighbours.
      if ((pivot - k) % 2 === 1) sign = -sign;
    }
    sign *= Math.sign(entry(k, k));
    for (let i = k + 1; i < n; i++) {
      const factor = entry(i, k) / entry(k, k);
      for (let j = k + 1; j < n; j++) at(rows, i)[j] = entry(i, j) - factor * entry(k, j);
    }
  }
  return sign;
}
