import type { Answers } from './answers.js';
import type { FinishedRun } from './evidence.js';

/** An image of IDX files, which is shown nowhere. */
const IN_MEMORY = /^(train|val|test)\[\d+\]$/;

/** Counts images that were answered and are not where they were, by dataset. */
export class LostImages {
  readonly #lost = new Map<string, { readonly folder: string; lost: number; images: number }>();

  see({ record, place }: FinishedRun, answers: Answers | undefined): void {
    const files = answers?.images.filter(({ name }) => !IN_MEMORY.test(name)) ?? [];
    const lost = files.filter(({ image }) => image === undefined).length;
    const known = this.#lost.get(place.dataset);
    if (known !== undefined && known.lost >= lost) return;
    this.#lost.set(place.dataset, { folder: record.options.data, lost, images: files.length });
  }

  /** A sentence for each dataset of which some are. */
  get remarks(): string[] {
    return Array.from(this.#lost).flatMap(([dataset, { folder, lost, images }]) =>
      lost === 0
        ? []
        : [
            `${lost} of ${images} images of ${dataset} are not in ${folder} any more, and are not shown: name the folder that has them with --data DIR`,
          ],
    );
  }
}
