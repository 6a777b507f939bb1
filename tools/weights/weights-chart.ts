import { at } from '../../src/errors.js';
import { legendColumns } from '../../src/figures/charts/legend-columns.js';
import { type Chart, drawChart, type Layer } from '../../src/figures/draw.js';
import { colorOf } from '../../src/figures/palette.js';
import { standalone } from '../../src/figures/standalone.js';
import { methods } from '../../src/methods/index.js';
import type { MethodCurve } from './weight-curves.js';

/** What lies between the bars of two methods at the same factor, in powers of ten. */
const APART = 0.055;

/** A line for each method over the factors on its default weight, with the spread over the cells; AdaRand's is the strongest. */
export async function weightsChart(title: string, curves: readonly MethodCurve[]): Promise<string> {
  return standalone(await drawChart(specification(title, curves)));
}

function specification(title: string, curves: readonly MethodCurve[]): Chart {
  const counts = Array.from(new Set(curves.map(({ cells }) => cells)));
  const alike = counts.length === 1;
  const series = curves.map(({ method, cells, points }, i) => ({
    name: `${method} (${methods[method].defaultLambda}${alike ? '' : `, n=${cells}`})`,
    isAdaRand: method === 'adarand',
    points,
    shift: APART * (i - (curves.length - 1) / 2),
  }));
  // Red is AdaRand's; the others have what follows.
  const others = series.filter(({ isAdaRand }) => !isAdaRand);
  const color = (one: (typeof series)[number]) =>
    colorOf(one.isAdaRand ? RED : at(NOT_RED, others.indexOf(one) % NOT_RED.length));
  const rows = series.flatMap(({ name, points, shift }) =>
    points.map(({ factor, gain, spread }) => ({
      name,
      x: Math.log10(factor) + shift,
      y: 100 * gain,
      low: 100 * (gain - spread),
      high: 100 * (gain + spread),
    })),
  );
  const factors = Array.from(
    new Set(curves.flatMap(({ points }) => points.map(({ factor }) => factor))),
  ).sort((a, b) => a - b);
  const places = factors.map(Math.log10);
  const names = series.map(({ name }) => name);
  const width = 300;
  const x = {
    field: 'x',
    type: 'quantitative',
    axis: {
      title: 'weight of the penalty',
      grid: false,
      values: places,
      labelExpr: `${JSON.stringify(factors.map(factorText))}[indexof(${JSON.stringify(places)}, datum.value)]`,
    },
    scale: { nice: false, zero: false, padding: 14 },
  } as const;
  const y = {
    field: 'y',
    type: 'quantitative',
    axis: { title: 'last epoch, points above fine-tuning', tickCount: 6 },
    scale: { zero: false, padding: 6 },
  } as const;
  const colors = {
    field: 'name',
    type: 'nominal',
    scale: { domain: names, range: series.map(color) },
    legend: { columns: legendColumns(names, width), symbolType: 'stroke', symbolStrokeWidth: 3 },
  } as const;
  /** AdaRand's above the others'. */
  const layersOf = (isAdaRand: boolean): Layer[] => {
    const own = series.flatMap((one) => (one.isAdaRand === isAdaRand ? [one.name] : []));
    const data = { values: rows.filter(({ name }) => own.includes(name)) };
    if (data.values.length === 0) return [];
    const strength = isAdaRand ? 3.5 : 1.5;
    return [
      {
        data,
        mark: { type: 'rule', strokeWidth: strength * 0.7, opacity: isAdaRand ? 0.9 : 0.6 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colors },
      },
      { data, mark: { type: 'line', strokeWidth: strength }, encoding: { x, y, color: colors } },
      {
        data,
        mark: { type: 'point', size: isAdaRand ? 80 : 34, opacity: 1 },
        encoding: { x, y, color: colors },
      },
    ];
  };
  const cells = alike ? `${at(counts, 0)} cells` : 'the cells (n)';
  return {
    title: { text: title, subtitle: `mean and standard deviation over ${cells}` },
    width,
    height: 230,
    data: { values: [{ zero: 0 }] },
    layer: [
      { mark: { type: 'rule', opacity: 0.5 }, encoding: { y: { ...y, field: 'zero' } } },
      ...layersOf(false),
      ...layersOf(true),
    ],
  };
}

const RED = 2;
const NOT_RED = [0, 1, 3, 4, 8, 5, 7, 9] as const;

/** `/ 10`, `default`, `× 10`. */
function factorText(factor: number): string {
  if (factor === 1) return 'default';
  return factor < 1 ? `/ ${Number((1 / factor).toPrecision(3))}` : `× ${factor}`;
}
