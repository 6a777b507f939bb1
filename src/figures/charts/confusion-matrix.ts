import { at } from '../../errors.js';
import { type Chart, drawChart, type Layer } from '../draw.js';
import { rightColor, wrongColor } from '../palette.js';

export interface ConfusionMatrix {
  readonly classes: readonly string[];
  /** [K, K]: images by their class (row) and the class that was predicted. */
  readonly counts: ArrayLike<number>;
  /** How a count is written; a mean over runs has decimals. As it is unless given. */
  readonly format?: string;
}

/** Up to so many classes, numbers are written into the cells. */
const NUMBERED = 24;

/**
 * A row for each class, a column for each predicted one: right answers in one colour, mistakes in another, the stronger the
 * larger their share of the row.
 */
export function confusionMatrix(chart: ConfusionMatrix): Promise<string> {
  return drawChart(specification(chart));
}

function specification({ classes, counts, format = '' }: ConfusionMatrix): Chart {
  const K = classes.length;
  const rows = classes.flatMap((truth, row) => {
    const images = classes.reduce((sum, _, column) => sum + at(counts, row * K + column), 0);
    return classes.flatMap((predicted, column) => {
      const count = at(counts, row * K + column);
      if (count === 0) return [];
      // The root makes single mistakes visible.
      return [
        {
          truth,
          predicted,
          count,
          strength: Math.sqrt(count / images),
          color: row === column ? rightColor : wrongColor,
        },
      ];
    });
  });
  const [step, fontSize] = K <= NUMBERED ? [30, 11] : K <= 60 ? [13, 10] : [9, 8];
  const axis = {
    domain: false,
    ticks: false,
    labelFontSize: fontSize,
    labelLimit: 150,
    labelPadding: 4,
    labelOverlap: false,
  } as const;
  const scale = { domain: [...classes], paddingInner: 0.04, paddingOuter: 0 };
  const y = { field: 'truth', type: 'nominal', scale, axis: { ...axis, title: 'class' } } as const;
  const x = {
    field: 'predicted',
    type: 'nominal',
    scale,
    axis: { ...axis, title: 'predicted', orient: 'top', labelAngle: -90 },
  } as const;
  const cells: Layer = {
    mark: { type: 'rect' },
    encoding: {
      x,
      y,
      color: { field: 'color', type: 'nominal', scale: null },
      opacity: {
        field: 'strength',
        type: 'quantitative',
        scale: { domain: [0, 1], range: [0.12, 1] },
        legend: null,
      },
    },
  };
  const numbers: Layer = {
    mark: { type: 'text', fontSize },
    encoding: { x, y, text: { field: 'count', type: 'quantitative', format } },
  };
  return {
    width: { step },
    height: { step },
    view: { stroke: 'currentColor', strokeOpacity: 0.25 },
    data: { values: rows },
    layer: K <= NUMBERED ? [cells, numbers] : [cells],
  };
}
