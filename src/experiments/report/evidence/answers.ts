import type { DatasetImage } from '../../../data/index.js';

/** What a classifier says of images, as far as a report needs it. */
export interface Answers {
  readonly split: 'test' | 'val';
  readonly classes: readonly string[];
  readonly images: readonly AnsweredImage[];
}

export interface AnsweredImage {
  /** Its path inside the dataset. */
  readonly name: string;
  /** Indices of classes. */
  readonly truth: number;
  readonly predicted: number;
  /** Of the predicted class, and of the true one. */
  readonly probability: number;
  readonly truthProbability: number;
  /** Undefined where it is not a file that is still there. */
  readonly image: Pick<DatasetImage, 'image'> | undefined;
}
