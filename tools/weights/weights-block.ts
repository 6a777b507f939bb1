import { formatTable } from '../../src/figures/table.js';
import { methods } from '../../src/methods/index.js';
import { cellOf, type Measured } from './measured.js';
import type { MethodCurve } from './weight-curves.js';

/** The part of docs/results.md about the weights of penalties. */
export function weightsBlock(runs: readonly Measured[], curves: readonly MethodCurve[]): string {
  const cells = [...new Map(runs.map((run) => [cellOf(run), run])).values()];
  const factors = [...new Set(curves.flatMap(({ points }) => points.map(({ factor }) => factor)))].sort(
    (a, b) => a - b,
  );
  const columns = [
    { title: 'method' },
    { title: 'default' },
    { title: 'unit' },
    { title: 'cells', align: 'right' as const },
    ...factors.map((factor) => ({
      title: factor === 1 ? 'default' : `x ${factor}`,
      align: 'right' as const,
    })),
    { title: 'behind, median', align: 'right' as const },
    { title: 'worst', align: 'right' as const },
  ];
  const rows = curves.map(({ method, points, behind, cells: count }) => [
    method,
    String(methods[method].defaultLambda),
    methods[method].lambdaUnit,
    String(count),
    ...factors.map((factor) => {
      const point = points.find((one) => one.factor === factor);
      if (point === undefined) return '';
      return `${signed(point.gain)}${point.atChance > 0 ? ` (${point.atChance})` : ''}`;
    }),
    points2(behind.median),
    points2(behind.worst),
  ]);
  const places = cells.map(
    ({ model, dataset, fraction, imageSize }) =>
      `${model} on ${100 * fraction} % of ${dataset} at ${imageSize} pixels`,
  );
  const diverged = curves.flatMap(({ method, diverged: count }) =>
    count === 0 ? [] : [`${method} in ${count}`],
  );
  const left =
    diverged.length === 0 ? '' : ` Cells with a run that diverged are left out: ${diverged.join(', ')}.`;
  return `${formatTable(columns, rows, 'markdown')}

${runs.length} runs in ${cells.length} cells: ${places.join('; ')}.${left}`;
}

const points2 = (share: number): string => (100 * share).toFixed(1);
const signed = (share: number): string => `${share >= 0 ? '+' : ''}${points2(share)}`;
