import type { ReliabilityBin } from '../../analysis/calibration.js';
import { type Chart, drawChart, type Layer } from '../draw.js';
import { rightColor, wrongColor } from '../palette.js';

export interface ReliabilityDiagram {
  readonly title: string;
  readonly bins: readonly ReliabilityBin[];
  /** Of the square, in pixels. */
  readonly side?: number;
}

/**
 * How often an answer is right, by the probability that it had: the bars' height is the accuracy, and what is missing to the
 * mean probability, or goes beyond it, has a colour of its own. Of a calibrated classifier, bars end on the diagonal.
 */
export function reliabilityDiagram(chart: ReliabilityDiagram): Promise<string> {
  return drawChart(specification(chart));
}

function specification({ title, bins, side = 240 }: ReliabilityDiagram): Chart {
  const rows = bins
    .filter(({ images }) => images > 0)
    .map((bin) => ({ ...bin, both: Math.min(bin.accuracy, bin.confidence) }));
  const domain = [0, 1];
  const x = {
    field: 'low',
    type: 'quantitative',
    axis: { title: 'probability of the answer', format: '.0%', tickCount: 5, grid: false },
    scale: { domain, nice: false },
  } as const;
  const y = {
    field: 'both',
    type: 'quantitative',
    axis: { title: 'accuracy', format: '.0%', tickCount: 5 },
    scale: { domain, nice: false },
  } as const;
  const place = { x, x2: { field: 'high' } } as const;
  const gap = (end: 'accuracy' | 'confidence', color: string): Layer => ({
    mark: { type: 'rect', color, opacity: 0.35 },
    transform: [{ filter: `datum.${end} > datum.both` }],
    encoding: { ...place, y, y2: { field: end } },
  });
  const diagonal = [0, 1].map((end) => ({ low: end, both: end }));
  return {
    title: { text: title, anchor: 'middle', frame: 'group' },
    spacing: 12,
    vconcat: [
      {
        width: side,
        height: side,
        data: { values: rows },
        layer: [
          {
            mark: { type: 'rect', color: rightColor, opacity: 0.8 },
            encoding: { ...place, y, y2: { datum: 0 } },
          },
          gap('confidence', wrongColor),
          gap('accuracy', rightColor),
          {
            data: { values: diagonal },
            mark: { type: 'line', strokeDash: [4, 3], strokeWidth: 1, color: 'currentColor', opacity: 0.7 },
            encoding: { x, y },
          },
        ],
      },
      {
        width: side,
        height: 50,
        data: { values: rows },
        mark: { type: 'rect', color: 'currentColor', opacity: 0.45 },
        encoding: {
          x: { ...x, axis: null },
          x2: { field: 'high' },
          y: {
            field: 'images',
            type: 'quantitative',
            axis: { title: 'images', tickCount: 2, grid: false },
            scale: { zero: true, nice: false },
          },
          y2: { datum: 0 },
        },
      },
    ],
  };
}
