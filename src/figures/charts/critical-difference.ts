import { at } from '../../errors.js';
import { type Chart, drawChart, type Layer } from '../draw.js';

export interface CriticalDifference {
  readonly ranks: readonly { readonly name: string; readonly rank: number }[];
  /** Mean ranks that are no further apart than this are joined: they are not told apart. */
  readonly critical: number;
  /** Of the plot alone, in pixels. */
  readonly width?: number;
}

const ROW = 22;

/** Above the first name: the critical difference, the axis, the bars. */
const TOP = 58;

/**
 * Mean ranks on an axis, the best to the right, with bars over methods that are not told apart: Demšar, "Statistical comparisons
 * of classifiers over multiple data sets" (JMLR 2006), figure 1.
 */
export function criticalDifferenceDiagram(chart: CriticalDifference): Promise<string> {
  return drawChart(specification(chart));
}

function specification({ ranks, critical, width = 420 }: CriticalDifference): Chart {
  const sorted = [...ranks].sort((a, b) => a.rank - b.rank);
  const k = sorted.length;
  const bars = groupsOf(
    sorted.map(({ rank }) => rank),
    critical,
  );
  const start = TOP + 9 * bars.length;
  const right = Math.ceil(k / 2);
  // The better half is named to the right, from the best on; the others to the left, from the worst on.
  const rows = sorted.map(({ name, rank }, i) => {
    const isRight = i < right;
    const row = isRight ? i : k - 1 - i;
    return { label: `${name}  ${rank.toFixed(2)}`, rank, y: start + ROW * row, isRight };
  });
  const height = start + ROW * right;
  const scale = { domain: [k, 1], nice: false, zero: false };
  const xOf = (field: string) => ({ field, type: 'quantitative', scale, axis: null }) as const;
  const y = { field: 'y', type: 'quantitative', scale: null, axis: null } as const;
  const y2 = { field: 'y' } as const;
  const side = (isRight: boolean): Layer[] => {
    const place = isRight ? 1 : k;
    const values = rows
      .filter((row) => row.isRight === isRight)
      .map((row) => ({ ...row, axis: AXIS, place }));
    return [
      {
        data: { values },
        mark: { type: 'rule' },
        encoding: { x: xOf('rank'), y: { ...y, field: 'axis' }, y2 },
      },
      { data: { values }, mark: { type: 'rule' }, encoding: { x: xOf('rank'), x2: { field: 'place' }, y } },
      {
        data: { values },
        mark: {
          type: 'text',
          align: isRight ? 'left' : 'right',
          baseline: 'middle',
          fontSize: 12,
          dx: isRight ? 6 : -6,
        },
        encoding: { x: xOf('place'), y, text: { field: 'label', type: 'nominal' } },
      },
    ];
  };
  const ranksOnAxis = Array.from({ length: k }, (_, i) => ({ rank: i + 1, y: AXIS, tick: AXIS - 5 }));
  const across = (values: readonly Stretch[], strokeWidth: number): Layer => ({
    data: { values: [...values] },
    mark: { type: 'rule', strokeWidth },
    encoding: { x: xOf('from'), x2: { field: 'to' }, y },
  });
  const groups = bars.map(([from, to], i) => ({
    from: at(sorted, from).rank - 0.04,
    to: at(sorted, to).rank + 0.04,
    y: AXIS + 12 + 9 * i,
  }));
  const length = { from: 1, to: 1 + critical, y: 12, label: `critical difference ${critical.toFixed(2)}` };
  const ends = [length.from, length.to].map((x) => ({ x, y: length.y }));
  return {
    width,
    height,
    layer: [
      {
        data: { values: ranksOnAxis },
        mark: { type: 'text', baseline: 'bottom', dy: -6, fontSize: 11 },
        encoding: { x: xOf('rank'), y, text: { field: 'rank', type: 'quantitative' } },
      },
      {
        data: { values: ranksOnAxis },
        mark: { type: 'rule' },
        encoding: { x: xOf('rank'), y: { ...y, field: 'tick' }, y2 },
      },
      across([{ from: 1, to: k, y: AXIS }], 1.5),
      ...side(true),
      ...side(false),
      across(groups, 4),
      across([length], 1.5),
      {
        data: { values: ends },
        mark: { type: 'tick', orient: 'vertical', size: 8, thickness: 1.5, color: 'currentColor' },
        encoding: { x: xOf('x'), y },
      },
      {
        data: { values: [length] },
        mark: { type: 'text', align: 'left', baseline: 'middle', dx: 8, fontSize: 11 },
        encoding: { x: xOf('from'), y, text: { field: 'label', type: 'nominal' } },
      },
    ],
  };
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

/** Where the axis lies. */
const AXIS = 42;

/** The longest stretches of ranks, rising, within the critical difference; of single methods there are none. */
export function groupsOf(
  ranks: readonly number[],
  critical: number,
): (readonly [from: number, to: number])[] {
  const groups: (readonly [number, number])[] = [];
  for (const [from, rank] of ranks.entries()) {
    const to = ranks.findLastIndex((other) => other - rank <= critical);
    if (to > from && to > (groups.at(-1)?.[1] ?? -1)) groups.push([from, to]);
  }
  return groups;
}
