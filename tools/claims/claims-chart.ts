import { type Chart, drawChart, type Layer } from '../../src/figures/draw.js';
import { rightColor, undecidedColor, wrongColor } from '../../src/figures/palette.js';
import { standalone } from '../../src/figures/standalone.js';
import type { JudgedClaim, JudgedPart, Verdict } from './judge.js';
import { Missing } from './missing.js';
import { points } from './units.js';

/** What is drawn, in shares of the paper's difference. */
const [LEFT, RIGHT] = [-3, 4];

const colors: Readonly<Record<Verdict, string>> = {
  'holds here': rightColor,
  'does not hold here': wrongColor,
  'cannot be told': undecidedColor,
};

/** Every difference of the claims, in shares of the paper's: a mark for the mean, a line for its 95 % interval. */
export async function claimsChart(judged: readonly JudgedClaim[]): Promise<string> {
  return standalone(await drawChart(specification(judged)));
}

interface Row {
  readonly row: string;
  readonly name: string;
  readonly verdict: string;
  readonly color: string;
  /** Of its texts: what was not measured is pale. */
  readonly opacity: number;
  /** Undefined where nothing was measured. */
  readonly mean?: number;
  /** What goes on outside of the picture ends in an arrow. */
  readonly shape?: 'circle' | 'triangle-left' | 'triangle-right';
  /** Undefined where one seed has no interval. */
  readonly interval?: readonly [low: number, high: number];
}

function rowsOf({ parts }: JudgedClaim, c: number): Row[] {
  const [first] = parts;
  // Of what was not measured at all, one row says it.
  if (first !== undefined && parts.every(({ finding }) => finding instanceof Missing)) {
    const more = parts.length > 1 ? `, and ${parts.length - 1} more` : '';
    const row = rowOf(first, c, 0);
    return [{ ...row, name: `${row.name}${more}` }];
  }
  return parts.map((part, p) => rowOf(part, c, p));
}

function rowOf({ part, verdict, finding }: JudgedPart, c: number, p: number): Row {
  const quantity = `${part.unit === points ? 'accuracy, ' : ''}${part.title}`;
  const limit = part.kind === 'limit' ? " (at most the paper's)" : '';
  const known = { row: `${c} ${p}`, name: `${c + 1}. ${quantity}${limit}` };
  if (finding instanceof Missing)
    return { ...known, verdict: 'not measured yet', color: undecidedColor, opacity: 0.55 };
  const { low, high, paper, halfWidth } = finding;
  const mean = finding.mean / paper;
  const ends = [low / paper, high / paper];
  return {
    ...known,
    verdict: halfWidth === Infinity ? `${verdict}: one seed` : verdict,
    color: colors[verdict],
    opacity: 1,
    mean: within(mean),
    shape: mean > RIGHT ? 'triangle-right' : mean < LEFT ? 'triangle-left' : 'circle',
    ...(halfWidth !== Infinity && { interval: [Math.min(...ends), Math.max(...ends)] }),
  };
}

function specification(judged: readonly JudgedClaim[]): Chart {
  const rows = judged.flatMap(rowsOf);
  const measured = rows.filter(({ mean }) => mean !== undefined);
  const intervals = rows.flatMap(({ row, color, interval }) =>
    interval === undefined ? [] : [{ row, color, low: within(interval[0]), high: within(interval[1]) }],
  );
  const arrows = rows.flatMap(({ row, color, interval: [low, high] = [0, 0] }) => [
    ...(low < LEFT ? [{ row, color, at: LEFT, shape: 'triangle-left' }] : []),
    ...(high > RIGHT ? [{ row, color, at: RIGHT, shape: 'triangle-right' }] : []),
  ]);
  const y = {
    field: 'row',
    type: 'ordinal',
    scale: { domain: rows.map(({ row }) => row) },
    axis: null,
  } as const;
  const x = {
    field: 'mean',
    type: 'quantitative',
    axis: { title: "difference here / the paper's (95 % interval)", tickCount: RIGHT - LEFT },
    scale: { domainMin: LEFT, domainMax: RIGHT, nice: false },
  } as const;
  const color = { field: 'color', type: 'nominal', scale: null } as const;
  const shape = { field: 'shape', type: 'nominal', scale: null } as const;
  const width = 380;
  const beside = (align: 'left' | 'right', place: number, dx: number, field: 'name' | 'verdict'): Layer => ({
    mark: { type: 'text', align, baseline: 'middle', fontSize: 12, dx },
    encoding: {
      y,
      x: { value: place },
      text: { field, type: 'nominal' },
      opacity: { field: 'opacity', type: 'quantitative', scale: null },
    },
  });
  const line = (at: number, dash: number[]): Layer => ({
    data: { values: [{ at }] },
    mark: { type: 'rule', strokeDash: dash, opacity: 0.7 },
    encoding: { x: { ...x, field: 'at' } },
  });
  const arrowLayer: Layer = {
    data: { values: arrows },
    mark: { type: 'point', size: 60, opacity: 1 },
    encoding: { y, x: { ...x, field: 'at' }, color, shape },
  };
  return {
    title: {
      text: "The paper's differences, measured here",
      subtitle: '0: none, 1: as large as in the paper (of ratios, their logarithms)',
    },
    width,
    height: { step: 26 },
    data: { values: rows },
    layer: [
      line(0, [1, 0]),
      line(1, [4, 3]),
      {
        data: { values: intervals },
        mark: { type: 'rule', strokeWidth: 3, opacity: 0.55 },
        encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' }, color },
      },
      ...(arrows.length === 0 ? [] : [arrowLayer]),
      {
        data: { values: measured },
        mark: { type: 'point', size: 80, opacity: 1 },
        encoding: { y, x, color, shape },
      },
      beside('right', 0, -10, 'name'),
      beside('left', width, 12, 'verdict'),
    ],
  };
}

function within(share: number): number {
  return Math.min(RIGHT, Math.max(LEFT, share));
}
