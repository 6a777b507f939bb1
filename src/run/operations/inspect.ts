import { z } from 'zod';
import { failureSchema } from '../failure.js';
import { optionRegistry } from '../options/option.js';
import { MAXIMUM_BATCH } from '../options/train-options.js';
import { Operation } from './operation.js';

export const inspectOptionsSchema = z.strictObject({
  model: z.string().min(1).register(optionRegistry, {
    description:
      'Network to look at: a folder, an .onnx or .safetensors file, org/name for a model of the Hugging Face Hub, or `sample`.',
    group: 'Input and output',
    value: 'model',
  }),
  features: z.string().min(1).optional().register(optionRegistry, {
    description: 'Name of the value of an ONNX file that a new head would read.',
    group: 'Input and output',
    value: 'name',
    otherwise: 'what enters its last linear layer',
  }),
  logits: z.string().min(1).optional().register(optionRegistry, {
    description: 'Name of the value of an ONNX file that its pretrained classifier gives.',
    group: 'Input and output',
    value: 'name',
    otherwise: 'the output called logits, or the first',
  }),
  imageSize: z.number().int().min(1).max(4096).optional().register(optionRegistry, {
    description: 'Side of the square images that it would be trained on, in pixels.',
    group: 'Images',
    value: 'n',
    otherwise: "the model's own",
  }),
  batchSize: z.number().int().min(1).max(MAXIMUM_BATCH).default(32).register(optionRegistry, {
    description: 'Images in a batch that memory is estimated for.',
    group: 'Training',
    value: 'n',
  }),
  threads: z.number().int().min(1).max(1024).optional().register(optionRegistry, {
    description: 'CPU threads that compare the network with its file.',
    group: 'Run',
    value: 'n',
    otherwise: 'one per core',
  }),
});

export const inspectionSchema = z.object({
  model: z.string(),
  /** Whether `train` takes it. */
  trains: z.boolean(),
  /** What an ONNX file has; null for other files. */
  file: z
    .object({
      /** Its inputs without stored values; null in a shape is a free dimension. */
      inputs: z.array(z.object({ name: z.string(), shape: z.array(z.number().nullable()) })),
      /** Whether it halves its images first, as exports do: what is trained takes the halves. */
      halved: z.boolean(),
      outputs: z.array(z.string()),
      /** How many images it is made for; null for any number. */
      images: z.number().nullable(),
      /** Its operators on the way to the features, the most frequent first. */
      operators: z.array(
        z.object({
          operator: z.string(),
          nodes: z.number(),
          use: z.enum(['gradient', 'constants', 'unsupported']),
        }),
      ),
      /** Stored tensors of floats that are not trained: those of several, and what may be a learned number by its name. */
      constants: z.array(z.string()),
      /** Name of the value that enters the head; null where no head was found. */
      features: z.string().nullable(),
      /** The output that the head gives, and what it is made into. */
      head: z.object({ output: z.string(), normalised: z.string().nullable() }).nullable(),
      /** Whether it was run beside the network made of it, and gave the same. */
      compared: z.boolean(),
    })
    .nullable(),
  /** The network that would be trained; null where none can be made. */
  network: z
    .object({
      name: z.string(),
      type: z.string(),
      image_size: z.number(),
      feature_size: z.number(),
      /** [C,h,w], or [T,D] of a transformer. */
      feature_maps: z.array(z.object({ name: z.string(), shape: z.array(z.number()) })),
      classes: z.number().nullable(),
      parameters: z.array(z.object({ name: z.string(), kind: z.string(), shape: z.array(z.number()) })),
      /** Its parameters by depth, from the images to the features, as `--train last:N` counts them. */
      groups: z.array(z.object({ name: z.string(), parameters: z.array(z.string()) })),
      /** Running statistics of its BatchNorms. */
      buffers: z.array(z.object({ name: z.string(), shape: z.array(z.number()) })),
      /** What would stay as it is in training, because no gradient reaches it. */
      untrained: z.array(z.string()),
      /** At least, for one step of plain fine-tuning with a batch of this size. */
      memory: z.object({ batch_size: z.number(), bytes: z.number() }),
    })
    .nullable(),
  /** What is to be known of the network before training. */
  remarks: z.array(z.string()),
  problems: z.array(failureSchema),
  /** How to export it so that more of it can be trained. */
  advice: z.array(z.string()),
});

/** What `inspect` gives: the network that would be trained, and what is missing. */
export type Inspection = z.infer<typeof inspectionSchema>;

/** What would be trained of a model, and what is missing where it cannot be. */
export const inspect = new Operation({
  name: 'inspect',
  request: inspectOptionsSchema,
  result: inspectionSchema,
  perform: async (options, host) => (await import('../use/inspect-model.js')).inspectModel(options, host),
});
