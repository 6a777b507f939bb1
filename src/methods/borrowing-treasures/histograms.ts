import { at } from '../../errors.js';
import type { Tensor } from '../../graph/tensor.js';

/*
 * Histograms of filter responses with bins of about equal mass, per channel, as in the authors' code of Ge and Yu
 * (CVPR 2017, arXiv 1702.08690). Bins come from a set of images in two passes, as their maps do not fit in memory:
 * `ChannelRanges` sees all of them, then `CellCounts`. Maps are [N, C, h, w]; their first `count` images take part.
 */

/** The range of a channel is cut into this many equal cells, which are then merged into bins. */
const CELLS = 2000;

/** The least and the greatest response of each channel. */
export class ChannelRanges {
  /** [C] */
  readonly low: Float32Array;
  /** [C] */
  readonly high: Float32Array;

  constructor(channels: number) {
    this.low = new Float32Array(channels).fill(Number.POSITIVE_INFINITY);
    this.high = new Float32Array(channels).fill(Number.NEGATIVE_INFINITY);
  }

  add({ data, shape }: Tensor<'float32'>, count: number): void {
    const channels = this.low.length;
    const area = areaOf(shape);
    for (let map = 0; map < count * channels; map++) {
      const channel = map % channels;
      let low = at(this.low, channel);
      let high = at(this.high, channel);
      for (let i = map * area; i < (map + 1) * area; i++) {
        const value = data[i] ?? 0;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      this.low[channel] = low;
      this.high[channel] = high;
    }
  }
}

/** How many responses of each channel lie in each of its cells. */
export class CellCounts {
  readonly ranges: ChannelRanges;
  /** [C][CELLS] */
  readonly counts: readonly Float64Array[];

  constructor(ranges: ChannelRanges) {
    this.ranges = ranges;
    this.counts = Array.from(ranges.low, () => new Float64Array(CELLS));
  }

  add({ data, shape }: Tensor<'float32'>, count: number): void {
    const channels = this.counts.length;
    const area = areaOf(shape);
    for (let map = 0; map < count * channels; map++) {
      const channel = map % channels;
      const counts = at(this.counts, channel);
      const low = at(this.ranges.low, channel);
      const scale = cellsPerUnit(this.ranges, channel);
      for (let i = map * area; i < (map + 1) * area; i++) {
        const cell = Math.min(CELLS - 1, Math.floor(((data[i] ?? 0) - low) * scale));
        counts[cell] = (counts[cell] ?? 0) + 1;
      }
    }
  }
}

/**
 * Right edges of `bins` bins, in cells, from the counts of one channel's cells. Cells are gathered from left to right;
 * as soon as they hold m >= 1 shares of 1 / bins, m bins of equal width take them. The bins left over at the end
 * divide what remains, which is less than one share. A count is taken as its part of total + 1.
 */
export function equalMassEdges(counts: ArrayLike<number>, bins: number): Float64Array {
  const edges = new Float64Array(bins);
  let closed = 0;
  let start = 0;
  const close = (shares: number, end: number) => {
    for (let i = 1; i <= shares; i++) edges[closed++] = start + ((end - start) * i) / shares;
    start = end;
  };
  let total = 1;
  for (let cell = 0; cell < counts.length; cell++) total += counts[cell] ?? 0;
  let gathered = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    gathered += counts[cell] ?? 0;
    // One division of integers: no share is missed by rounding.
    const shares = Math.floor((gathered * bins) / total);
    if (shares < 1) continue;
    close(shares, cell + 1);
    gathered = 0;
  }
  // At least one, as total + 1 is never reached.
  close(bins - closed, counts.length);
  return edges;
}

/** Makes histograms [C, bins] of the maps of a layer's C channels. */
export class Histograms {
  readonly #bins: number;
  readonly #ranges: ChannelRanges;
  /** Right edges in cells, [C][bins]. */
  readonly #edges: readonly Float64Array[];
  /** [C][CELLS + 1]: the bin in which a cell's left edge lies; the last bin at the end. */
  readonly #bin: readonly Uint16Array[];

  constructor({ ranges, counts }: CellCounts, bins: number) {
    this.#bins = bins;
    this.#ranges = ranges;
    this.#edges = counts.map((row) => equalMassEdges(row, bins));
    this.#bin = this.#edges.map((edges) => {
      let bin = 0;
      return Uint16Array.from({ length: CELLS + 1 }, (_, cell) => {
        while (bin < bins - 1 && at(edges, bin) <= cell) bin++;
        return bin;
      });
    });
  }

  /**
   * Fills `histograms` [C, bins] for one of the images: the share of responses in each bin, the first whose right edge
   * exceeds them; those outside the range are in the first or the last one.
   */
  fill(histograms: Float32Array, { data, shape }: Tensor<'float32'>, image: number): void {
    const bins = this.#bins;
    const channels = this.#edges.length;
    const area = areaOf(shape);
    histograms.fill(0);
    for (let channel = 0; channel < channels; channel++) {
      const low = at(this.#ranges.low, channel);
      const high = at(this.#ranges.high, channel);
      const scale = cellsPerUnit(this.#ranges, channel);
      const edges = at(this.#edges, channel);
      const binOf = at(this.#bin, channel);
      const row = channel * bins;
      const start = (image * channels + channel) * area;
      for (let i = start; i < start + area; i++) {
        const value = data[i] ?? 0;
        let bin = 0;
        if (value >= high && value > low) bin = bins - 1;
        else if (value > low) {
          const position = (value - low) * scale;
          const cell = Math.min(CELLS - 1, Math.floor(position));
          bin = binOf[cell] ?? 0;
          // Only a cell that many bins share takes more than a step.
          for (let last = binOf[cell + 1] ?? 0; bin < last; ) {
            const middle = (bin + last) >> 1;
            if (position < (edges[middle] ?? 0)) last = middle;
            else bin = middle + 1;
          }
        }
        histograms[row + bin] = (histograms[row + bin] ?? 0) + 1;
      }
    }
    for (let i = 0; i < histograms.length; i++) histograms[i] = (histograms[i] ?? 0) / area;
  }
}

/** 0 where all responses are equal: they are in the first cell. */
function cellsPerUnit({ low, high }: ChannelRanges, channel: number): number {
  const range = at(high, channel) - at(low, channel);
  return range > 0 ? CELLS / range : 0;
}

const areaOf = ([, , height = 1, width = 1]: Tensor['shape']): number => height * width;
