import { z } from 'zod';
import type { Pixels } from '../data/image.js';
import type { Device } from '../graph/device.js';
import type { ImportOptions } from '../models/onnx-import.js';
import { sentFailureSchema } from '../process/messages.js';
import { unfinishedSchema } from '../run/folder/record.js';
import type { RecordedModel } from '../run/folder/recorded-model.js';

/** An image on its way: an absolute path, the bytes of a file, or pixels. `name` is what messages call it. */
export interface SentImage {
  readonly name: string;
  readonly image: string | Uint8Array | Pixels;
}

/** What a classifier is opened from, with all that is known of it before its weights are read. */
export type ClassifierSource =
  | ({ readonly kind: 'recorded' } & RecordedModel)
  | { readonly kind: 'onnx'; readonly file: string; readonly described: Omit<ImportOptions, 'external'> }
  /** A run that is not finished. */
  | { readonly kind: 'unfinished'; readonly path: string }
  /** A folder with tensors. */
  | { readonly kind: 'tensors'; readonly path: string };

/** Where it computes. */
export interface ComputeOptions {
  readonly device: Device;
  readonly threads?: number | undefined;
}

/** Parent to child: what to open, once, and then images. */
export type ToClassifier =
  | ({ readonly type: 'open'; readonly source: ClassifierSource } & ComputeOptions)
  | ({ readonly type: 'image'; readonly id: number } & SentImage);

const floats = z.custom<Float32Array>((value) => value instanceof Float32Array);

const openedSchema = z.object({
  type: z.literal('opened'),
  classes: z.array(z.string()),
  unfinished: unfinishedSchema.optional(),
});

export type Opened = z.infer<typeof openedSchema>;

const outputsSchema = z.object({ logits: floats, features: floats });

export type Outputs = z.infer<typeof outputsSchema>;

/** Child to parent. A failure without an `id` is of the opening. */
export const fromClassifierSchema = z.discriminatedUnion('type', [
  openedSchema,
  z.object({ type: z.literal('outputs'), id: z.number(), ...outputsSchema.shape }),
  sentFailureSchema.extend({ id: z.number().optional() }),
]);

export type FromClassifier = z.infer<typeof fromClassifierSchema>;
