import { at } from '../../errors.js';
import type { ImageSet } from '../prepare.js';
import type { FilterBank } from './filter-bank.js';
import { CellCounts, ChannelRanges, Histograms } from './histograms.js';
import { type DescriptorLayout, descriptorSize } from './neighbours.js';

/** Describes images by the histograms of their filter responses, all channels' in a row: [D]. */
export class Descriptors {
  readonly layout: DescriptorLayout;
  /** D */
  readonly size: number;
  readonly #bank: FilterBank;
  /** One for each layer. */
  readonly #histograms: readonly Histograms[];

  private constructor(bank: FilterBank, bins: number, histograms: readonly Histograms[]) {
    this.layout = { channels: bank.channels, bins };
    this.size = descriptorSize(this.layout);
    this.#bank = bank;
    this.#histograms = histograms;
  }

  /** With bins that hold about equal shares of the training images' responses. Looks at these images twice. */
  static async fit(bank: FilterBank, bins: number): Promise<Descriptors> {
    const ranges = bank.channels.map((channels) => new ChannelRanges(channels));
    for await (const { maps, count } of bank.responses('train'))
      maps.forEach((map, layer) => {
        at(ranges, layer).add(map, count);
      });
    const cells = ranges.map((layer) => new CellCounts(layer));
    for await (const { maps, count } of bank.responses('train'))
      maps.forEach((map, layer) => {
        at(cells, layer).add(map, count);
      });
    const histograms = cells.map((layer) => new Histograms(layer, bins));
    return new Descriptors(bank, bins, histograms);
  }

  /** Descriptors of the images of a set, in order. Each is lent until the next one. */
  async *of(images: ImageSet): AsyncGenerator<Float32Array, void, undefined> {
    const descriptor = new Float32Array(this.size);
    for await (const { maps, count } of this.#bank.responses(images))
      for (let image = 0; image < count; image++) {
        let start = 0;
        this.#histograms.forEach((histograms, layer) => {
          const end = start + at(this.layout.channels, layer) * this.layout.bins;
          histograms.fill(descriptor.subarray(start, end), at(maps, layer), image);
          start = end;
        });
        yield descriptor;
      }
  }
}
