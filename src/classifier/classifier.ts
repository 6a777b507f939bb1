import { resolve } from 'node:path';
import type { z } from 'zod';
import { AdarandError } from '../errors.js';
import type { UnfinishedRun } from '../run/folder/record.js';
import { predictOptionsSchema } from '../run/operations/predict.js';
import { parseOptions } from '../run/options/parse-options.js';
import { answerOf } from '../run/use/answer.js';
import { ClassifierProcess } from './classifier-process.js';
import { type ClassifiedImage, sentImage } from './given-image.js';
import type { Opened } from './messages.js';
import { classifierSource } from './source.js';

const loadSchema = predictOptionsSchema.pick({ run: true, device: true, threads: true });
export const topSchema = predictOptionsSchema.pick({ top: true });

/** Where a classifier computes: `device` and `threads`, as for `predict`. */
export type LoadOptions = Omit<z.input<typeof loadSchema>, 'run'>;

/** `top`: how many classes are named, 5 if it is left out. */
export type ClassifyOptions = z.input<typeof topSchema>;

/** A class, and how likely it is. */
export interface ClassProbability {
  readonly name: string;
  readonly probability: number;
}

/** A classifier that is kept open in a process of its own. A program may end without closing it. */
export class Classifier {
  /** Their names, in the order of the logits. */
  readonly classes: readonly string[];
  /** How far the run had come that is not finished; undefined for one that is, and for an exported folder. */
  readonly unfinished: UnfinishedRun | undefined;
  readonly #process: ClassifierProcess;

  private constructor(process: ClassifierProcess, opened: Opened) {
    this.#process = process;
    this.classes = opened.classes;
    this.unfinished = opened.unfinished;
  }

  static async load(folder: string, options: LoadOptions): Promise<Classifier> {
    const { run, ...compute } = parseOptions(loadSchema, { ...options, run: folder });
    const open = classifierSource(resolve(run)).then((source) => ({
      type: 'open' as const,
      source,
      ...compute,
    }));
    const process = new ClassifierProcess(open);
    return new Classifier(process, await process.open());
  }

  /**
   * The likeliest classes of an image, in order; of several images, a list for each. Images that are asked for at once, in
   * one call or several, are computed together, which rounds differently in the last digits than one alone. Bytes and pixels are copied
   * at the call.
   *
   * @throws AdarandError `predict.unreadable-image`, `predict.no-image`, `data.pixels`, `predict.not-finite`;
   * `process.crashed`, after which the next call starts the process again; `classifier.closed`. Of several images, one
   * that cannot be classified rejects the call.
   */
  predict(image: ClassifiedImage, options?: ClassifyOptions): Promise<readonly ClassProbability[]>;
  predict(
    images: readonly ClassifiedImage[],
    options?: ClassifyOptions,
  ): Promise<readonly (readonly ClassProbability[])[]>;
  async predict(
    given: ClassifiedImage | readonly ClassifiedImage[],
    options: ClassifyOptions = {},
  ): Promise<readonly ClassProbability[] | readonly (readonly ClassProbability[])[]> {
    const { top } = parseOptions(topSchema, options);
    const one = async (image: ClassifiedImage, name: string) => {
      const { logits } = await this.#process.outputs(await sentImage(image, name));
      const { classes, error } = answerOf(name, logits, this.classes, top);
      if (error !== undefined) throw new AdarandError(error.code, error.message, error.hint);
      return classes;
    };
    return isSeveral(given)
      ? Promise.all(given.map((image, i) => one(image, `images[${i}]`)))
      : one(given, 'the image');
  }

  /** The vector that enters the classifier's last layer. @throws as `predict` does. */
  async features(image: ClassifiedImage): Promise<Float32Array> {
    return (await this.#process.outputs(await sentImage(image, 'the image'))).features;
  }

  /** Ends the process. What is not answered yet is rejected with `classifier.closed`, and so are later calls. */
  close(): Promise<void> {
    return this.#process.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function isSeveral(given: ClassifiedImage | readonly ClassifiedImage[]): given is readonly ClassifiedImage[] {
  return Array.isArray(given);
}
