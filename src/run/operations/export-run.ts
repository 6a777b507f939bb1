import { z } from 'zod';
import { unfinishedSchema } from '../folder/record.js';
import { optionRegistry } from '../options/option.js';
import { runOption } from '../options/run-option.js';
import { quantizedSchema } from '../use/quantized-report.js';
import { Operation } from './operation.js';

export const exportOptionsSchema = z.strictObject({
  ...runOption,
  to: z.string().min(1).register(optionRegistry, {
    description: 'Folder to write; it must be empty, or not exist yet.',
    group: 'Input and output',
    value: 'dir',
  }),
  web: z.boolean().default(false).register(optionRegistry, {
    description:
      'Add a page that classifies pictures in a browser. It has to come from a web server; the command serve is one.',
    group: 'Input and output',
  }),
  zip: z.boolean().default(false).register(optionRegistry, {
    description: 'Write the folder as a zip file, too: DIR.zip, beside it, which must not exist yet.',
    group: 'Input and output',
  }),
  quantize: z.boolean().default(false).register(optionRegistry, {
    description:
      'Also write onnx/model_quantized.onnx, which computes with 8-bit numbers: smaller, and mostly faster. Their ranges are measured on training images; its accuracy on the validation images is told beside that of the other file.',
    group: 'Input and output',
  }),
  data: z.string().min(1).optional().register(optionRegistry, {
    description: 'For --quantize: the folder that has the images that the run was trained and validated on.',
    group: 'Input and output',
    value: 'dir',
    otherwise: 'where they were when the run began',
  }),
});

const exportReportSchema = z.object({
  run: z.string(),
  folder: z.string(),
  /** Whose names the tensors in `model.safetensors` have; absent where there is no such file. */
  library: z.enum(['transformers', 'timm', 'torchvision', 'torch']).optional(),
  /** The same files as a zip file, where that was asked for. */
  zip: z.string().optional(),
  /** Of a run that is not finished: how far it has come, and which epoch's parameters were written. */
  unfinished: unfinishedSchema.optional(),
  /** Of the 8-bit file, where it was asked for. */
  quantized: quantizedSchema.optional(),
});

/** What `exportRun` gives: what was written. */
export type ExportReport = z.infer<typeof exportReportSchema>;

/** Writes a run's classifier as a folder that transformers.js loads. */
export const exportRun = new Operation({
  name: 'export',
  request: exportOptionsSchema,
  result: exportReportSchema,
  perform: async (options, host) => (await import('../use/export-run.js')).exportRun(options, host),
});
