import { z } from 'zod';
import type { TensorOrigin } from '../nn/naming/origin.js';

const fields = z.record(z.string(), z.unknown());

/** `TensorOrigin` as files have it. */
export const originSchema: z.ZodType<TensorOrigin> = z.object({
  library: z.string(),
  marker: z.string(),
  heads: z.array(z.string()),
  config: z
    .discriminatedUnion('library', [
      z.object({ library: z.literal('timm'), architecture: z.string(), args: fields }),
      z.object({
        library: z.literal('transformers'),
        modelType: z.string(),
        fields,
        floats: z.array(z.string()).optional(),
      }),
      z.object({ library: z.literal('OpenCLIP'), fields }),
    ])
    .nullable(),
});
