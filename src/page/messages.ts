/** What the page and its worker tell each other. */
import type { Classifier } from '../models/export/web/page-classifier.js';

export type ToWorker =
  | { readonly type: 'load'; readonly classifier: Classifier; readonly base: string }
  | { readonly type: 'classify'; readonly id: number; readonly file: Blob };

export type FromWorker =
  /** Bytes of the network and of what runs it; `total` where the server says it. */
  | { readonly type: 'progress'; readonly done: number; readonly total: number | undefined }
  | { readonly type: 'ready' }
  /** Nothing can be classified. */
  | { readonly type: 'failed'; readonly reason: string }
  | ({ readonly type: 'answer'; readonly id: number } & Answer)
  /** One picture cannot be classified. */
  | { readonly type: 'refused'; readonly id: number; readonly reason: string };

export interface Answer {
  readonly width: number;
  readonly height: number;
  /** What the network saw, [size, size, 3]. */
  readonly seen: Uint8Array;
  /** In the order of the classes. */
  readonly probabilities: readonly number[];
  readonly millisecondsToRead: number;
  readonly millisecondsToClassify: number;
}
