import { z } from 'zod';
import { Operation } from './operation.js';

const optionalText = z.string().optional();

export const cudaReportSchema = z.object({
  /** ONNX Runtime with the CUDA provider: its folder, its version where that is written, and who named or brought it. */
  onnxruntime: z.object({ folder: z.string(), version: optionalText, origin: z.string() }).optional(),
  /** The major version of CUDA that it is built for. */
  cuda: z.number().optional(),
  /** Versions of what was loaded. */
  versions: z.object({ cuda: optionalText, cudnn: optionalText }),
  libraries: z
    .array(
      z.object({
        name: z.string(),
        /** Its file, where it is not one of the system's. */
        path: optionalText,
        /** Why it is not loaded. */
        missing: optionalText,
      }),
    )
    .readonly(),
  driver: z
    .object({
      /** The newest CUDA that it runs. */
      cuda: z.string(),
      cards: z
        .array(z.object({ name: z.string(), memoryBytes: z.number(), capability: z.string() }))
        .readonly(),
    })
    .optional(),
  problems: z.array(z.object({ message: z.string(), remedy: z.string() })).readonly(),
});

export type CudaReport = z.infer<typeof cudaReportSchema>;

/** What the device cuda is made of here, and what is missing. */
export const findCuda = new Operation({
  name: 'find-cuda',
  request: z.strictObject({}),
  result: cudaReportSchema,
  perform: async () => (await import('../../runtime/cuda/find-cuda.js')).findCuda(process.env),
});
