import { type Chart, drawChart, type Layer } from '../../src/figures/draw.js';
import { rightColor, undecidedColor, wrongColor } from '../../src/figures/palette.js';
import { standalone } from '../../src/figures/standalone.js';
import type { JudgedClaim, Verdict } from './judge.js';
import { Missing } from './missing.js';

/** What is drawn, in shares of the paper's difference. */
const [LEFT, RIGHT] = [-3, 4];

const colors: Readonly<Record<Verdict, string>> = {
  'holds here': rightColor,
  'does not hold here': wrongColor,
  'cannot be told': undecidedColor,
};

/** Every difference that was compared, in shares of the paper's: a mark for the mean, a line for its 95 % interval. */
export async function claimsChart(judged: readonly JudgedClaim[]): Promise<string> {
  return standalone(await drawChart(specification(judged)));
}

function specification(judged: readonly JudgedClaim[]): Chart {
  const rows = judged.flatMap(({ claim, parts }, c) =>
    parts.flatMap(({ part, verdict, finding }, p) => {
      if (finding instanceof Missing || part.kind === 'limit' || finding.halfWidth === Infinity) return [];
      const { mean, low, high, paper } = finding;
      return [
        {
          row: `${c} ${p}`,
          name: `${c + 1}. ${parts.length > 1 ? part.title : claim.title}`,
          mean: within(mean / paper),
          low: within(low / paper),
          high: within(high / paper),
          /** What goes on outside of the picture ends in an arrow. */
          shape: mean / paper > RIGHT ? 'triangle-right' : mean / paper < LEFT ? 'triangle-left' : 'circle',
          color: colors[verdict],
          verdict,
        },
      ];
    }),
  );
  const y = {
    field: 'row',
    type: 'ordinal',
    scale: { domain: rows.map(({ row }) => row) },
    axis: null,
  } as const;
  const x = {
    field: 'mean',
    type: 'quantitative',
    axis: { title: "difference here, in shares of the paper's", tickCount: RIGHT - LEFT },
    scale: { domainMin: LEFT, domainMax: RIGHT, nice: false },
  } as const;
  const color = { field: 'color', type: 'nominal', scale: null } as const;
  const width = 380;
  const beside = (align: 'left' | 'right', place: number, dx: number, field: 'name' | 'verdict'): Layer => ({
    mark: { type: 'text', align, baseline: 'middle', fontSize: 12, dx },
    encoding: { y, x: { value: place }, text: { field, type: 'nominal' } },
  });
  const line = (at: number, dash: number[]): Layer => ({
    data: { values: [{ at }] },
    mark: { type: 'rule', strokeDash: dash, opacity: 0.7 },
    encoding: { x: { ...x, field: 'at' } },
  });
  return {
    title: {
      text: "What the paper's differences are here",
      subtitle: '0: none, 1: as large as in the paper',
    },
    width,
    height: { step: 26 },
    data: { values: rows },
    layer: [
      line(0, [1, 0]),
      line(1, [4, 3]),
      {
        mark: { type: 'rule', strokeWidth: 3, opacity: 0.55 },
        encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' }, color },
      },
      {
        mark: { type: 'point', size: 80, opacity: 1 },
        encoding: { y, x, color, shape: { field: 'shape', type: 'nominal', scale: null } },
      },
      beside('right', 0, -10, 'name'),
      beside('left', width, 12, 'verdict'),
    ],
  };
}

function within(share: number): number {
  return Math.min(RIGHT, Math.max(LEFT, share));
}
