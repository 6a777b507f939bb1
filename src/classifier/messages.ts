import { z } from 'zod';
import { failureSchema } from '../process/messages.js';
import { unfinishedSchema } from '../run/folder/record.js';
import { deviceOptions } from '../run/options/device-options.js';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const floats = z.custom<Float32Array>((value) => value instanceof Float32Array);

const pixelsSchema = z.object({
  data: bytes,
  width: z.number(),
  height: z.number(),
  channels: z.union([z.literal(1), z.literal(3), z.literal(4)]),
});

/** An image on its way: an absolute path, the bytes of a file, or pixels. `name` is what messages call it. */
const sentImageSchema = z.object({ name: z.string(), image: z.union([z.string(), bytes, pixelsSchema]) });

export type SentImage = z.infer<typeof sentImageSchema>;

/** Parent to child: what to open, once, and then images. */
export const toClassifierSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), path: z.string(), ...deviceOptions }),
  z.object({ type: z.literal('image'), id: z.number(), ...sentImageSchema.shape }),
]);

export type ToClassifier = z.input<typeof toClassifierSchema>;

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
  failureSchema.extend({ id: z.number().optional() }),
]);

export type FromClassifier = z.infer<typeof fromClassifierSchema>;
