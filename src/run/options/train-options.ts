import { z } from 'zod';
import { optimizers } from '../../optimizers/index.js';
import { schedules } from '../../optimizers/schedules.js';
import { precisions } from '../../runtime/precision.js';
import { shown } from '../../shown.js';
import { criteria } from '../../training/best-epoch.js';
import { choiceOf } from './choice.js';
import { deviceOptions } from './device-options.js';
import { diagnosticsOptions } from './diagnostics-options.js';
import { imageOptions } from './image-options.js';
import { count, epochCount, path, positive, share } from './numbers.js';
import { optionRegistry } from './option.js';

export type { TrainOptions } from './options.gen.js';

/** The shares of two mixed images are Beta(x, x). */
const mixing = () => z.number().min(0).default(0);

/** Epochs of a run where neither they nor its minutes are given. */
export const DEFAULT_EPOCHS = 20;

/** Images in a batch, at most. */
export const MAXIMUM_BATCH = 65_536;

const inputAndOutput = {
  data: path().register(optionRegistry, {
    description:
      'Folder of images: DATA/CLASS/*.jpg, or with train/, val/ and test/ above the folders of the classes.',
    group: 'Input and output',
    value: 'dir',
  }),
  model: path().register(optionRegistry, {
    description:
      'Pretrained network: a folder, an .onnx or .safetensors file, org/name for a model of the Hugging Face Hub, or ' +
      '`sample`, a small built-in one.',
    group: 'Input and output',
    value: 'model',
  }),
  features: path()
    .optional()
    .register(optionRegistry, {
      description:
        'Name of the value of an ONNX file that the new head reads, for a file that does not end in a linear layer; ' +
        'maps are averaged.',
      group: 'Input and output',
      value: 'name',
      otherwise: "what enters the file's last linear layer",
    }),
  logits: path()
    .optional()
    .register(optionRegistry, {
      description:
        'Name of the value of an ONNX file that its pretrained classifier gives, for a file with several or one that is not ' +
        'found: an output, or what a linear layer inside gives.',
      group: 'Input and output',
      value: 'name',
      otherwise: 'the output called logits, or the first',
    }),
  out: path().optional().register(optionRegistry, {
    description: 'Folder that the run is written to; it must be empty, or not exist yet.',
    group: 'Input and output',
    value: 'dir',
    otherwise: 'runs/DATA-MODEL-METHOD-N',
  }),
};

const method = {
  method: path()
    .default('adarand')
    .register(optionRegistry, {
      description:
        'Method of fine-tuning: a name that `adarand methods` lists, the path of a .js file that exports one, or ' +
        'several of them joined by +.',
      group: 'Method',
      value: 'name',
      joinedBy: '+',
    }),
  methodOptions: z
    .record(z.string(), z.unknown())
    .default({})
    .register(optionRegistry, {
      description:
        "The method's own options, by their names, such as alpha=0.9; `adarand methods NAME` lists them. On the command " +
        'line, one each time the flag is given.',
      group: 'Method',
      value: 'name=value',
      flag: 'option',
    }),
  lambda: z.number().min(0).optional().register(optionRegistry, {
    description: "Weight of the method's penalty in the loss; with 0, the method's losses are left out.",
    group: 'Method',
    value: 'x',
    otherwise: "the method's own",
  }),
  lambdaUnit: z
    .enum(['relative', 'raw'])
    .default('relative')
    .register(optionRegistry, {
      description:
        'Unit of lambda. relative: to what the penalty grows with (the size of the features or feature maps, or how long ' +
        'weights are trained), so that one weight suits many networks. raw: the factor in the loss as it is.',
      group: 'Method',
      value: 'unit',
    }),
  source: path().optional().register(optionRegistry, {
    description: 'Folder of labelled source images, for a method that trains on them as well.',
    group: 'Method',
    value: 'dir',
    otherwise: 'none',
  }),
  head: z
    .enum(['random', 'linear-probe'])
    .default('linear-probe')
    .register(optionRegistry, {
      description:
        'Initial weights of the new head, the last layer. linear-probe: those of a logistic regression on the pretrained ' +
        'features, which is also a candidate, as epoch 0. random: as in the papers.',
      group: 'Method',
      value: 'start',
    }),
};

const training = {
  train: z
    .string()
    .regex(/^(all|head|last:.*)$/, {
      error: ({ input }) =>
        `must be all, head or last:N, where N counts groups from the head, not ${shown(input)}`,
    })
    .default('all')
    .register(optionRegistry, {
      description:
        'What is trained. all: everything. head: the head alone. last:N: the last N groups of the network (blocks, mostly; ' +
        '`adarand inspect MODEL` counts them) and the head. The rest is frozen, with its running statistics.',
      group: 'Training',
      value: 'what',
    }),
  epochs: epochCount()
    .optional()
    .register(optionRegistry, {
      description: 'Passes over the training images. With 0, the linear probe is the result.',
      group: 'Training',
      value: 'n',
      otherwise: `${DEFAULT_EPOCHS}, or as many as --minutes has time for`,
    }),
  minutes: positive.optional().register(optionRegistry, {
    description:
      'Minutes that the whole run may take, from the start of the command to its end: instead of a number of epochs, which ' +
      'then follows from some steps that are measured before training.',
    group: 'Training',
    value: 'n',
    otherwise: '--epochs decides',
  }),
  batchSize: count.max(MAXIMUM_BATCH).optional().register(optionRegistry, {
    description: 'Images in a batch.',
    group: 'Training',
    value: 'n',
    otherwise: '32, or less for few images or little memory',
  }),
  learningRate: positive.optional().register(optionRegistry, {
    description: 'Learning rate before the schedule lowers it.',
    group: 'Training',
    value: 'x',
    alias: 'lr',
    otherwise:
      'for sgd 0.01 with BatchNorm, without 0.0003 after a linear probe and 0.001 from a random head; for adam and adamw ' +
      '0.0003, and 0.00003 with LayerNorm',
  }),
  optimizer: choiceOf(optimizers).optional().register(optionRegistry, {
    description: 'Optimizer. sgd has a Nesterov momentum of 0.9.',
    group: 'Training',
    value: 'name',
    otherwise: 'sgd for a network with BatchNorm, adamw without, or with it folded away',
  }),
  schedule: choiceOf(schedules)
    .default('cosine')
    .register(optionRegistry, {
      description:
        'Course of the learning rate over the run. multi-step: divided by 10 after 30, 60 and 80 % of the updates. ' +
        'cosine: down to 0. cosine-7-16: down to a fifth of it.',
      group: 'Training',
      value: 'name',
    }),
  warmUp: z.number().int().min(0).default(0).register(optionRegistry, {
    description: 'Optimizer updates over which the learning rate first rises linearly from 0.',
    group: 'Training',
    value: 'n',
  }),
  weightDecay: z.number().min(0).optional().register(optionRegistry, {
    description: 'Weight decay: added to the gradient by sgd and adam, decoupled from it by adamw.',
    group: 'Training',
    value: 'x',
    otherwise: '0; for adamw 0.05, unless the method replaces weight decay',
  }),
  backboneLrScale: z.number().min(0).default(1).register(optionRegistry, {
    description: "Factor on the backbone's learning rate; the head's stays.",
    group: 'Training',
    value: 'x',
  }),
  headLrScale: positive.default(1).register(optionRegistry, {
    description: "Factor on the head's learning rate; the backbone's stays.",
    group: 'Training',
    value: 'x',
  }),
  layerDecay: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .register(optionRegistry, {
      description:
        'Factor on the learning rate from each group of the network to the one below it, as timm counts them: the last group has ' +
        'this factor once, the one before it twice, and so on; the head has none.',
      group: 'Training',
      value: 'x',
    }),
  labelSmoothing: share.default(0).register(optionRegistry, {
    description:
      "Share of each image's label that is spread over all classes, such as 0.1. The loss on validation and test " +
      'images stays the plain cross-entropy.',
    group: 'Training',
    value: 'x',
  }),
  mixup: mixing().register(optionRegistry, {
    description:
      "Mixes the images of a batch in pairs, and their labels alike: the images' shares are drawn from Beta(X, X), one for " +
      'each batch. 0: not at all; the literature has 0.1 to 0.4 for few epochs. Only for methods that need no class of each image.',
    group: 'Training',
    value: 'x',
  }),
  cutmix: mixing().register(optionRegistry, {
    description:
      'Puts a rectangle of one image of a batch into another, and mixes their labels by area: the shares are drawn from ' +
      'Beta(X, X), mostly with X = 1. With --mixup, too, each batch has one of the two, at random.',
    group: 'Training',
    value: 'x',
  }),
  balance: z
    .enum(['none', 'sampling', 'loss'])
    .default('none')
    .register(optionRegistry, {
      description:
        'What is done about classes with fewer training images than others. sampling: an epoch has equally many of each ' +
        "class, those of a small one several times. loss: each image counts in the cross-entropy by the inverse of its class's number of images.",
      group: 'Training',
      value: 'how',
    }),
  batchNorm: z.enum(['train', 'frozen']).default('train').register(optionRegistry, {
    description:
      'Statistics that BatchNorm uses in training. train: those of the batch. frozen: the pretrained ones.',
    group: 'Training',
    value: 'mode',
  }),
  clipGradNorm: positive.optional().register(optionRegistry, {
    description: 'Upper limit on the norm of all gradients together.',
    group: 'Training',
    value: 'x',
    otherwise: 'no limit',
  }),
  accumulate: count.default(1).register(optionRegistry, {
    description:
      "Batches whose gradients are averaged into one optimizer update. BatchNorm's statistics, the method's losses and its " +
      'states remain those of each batch: where they depend on what is in it, that is not the same as one larger batch. ' +
      "Batches that an epoch leaves over count toward the next epoch's first update; those that the run leaves over are " +
      'not used.',
    group: 'Training',
    value: 'n',
  }),
  emaDecay: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .register(optionRegistry, {
      description:
        'Decay per update of an exponential moving average of the parameters and of the running statistics that ' +
        'BatchNorm keeps, such as 0.999; the average is validated, tested and saved.',
      group: 'Training',
      value: 'x',
      otherwise: 'no average',
    }),
  chooseBy: z
    .enum(criteria)
    .default('accuracy')
    .register(optionRegistry, {
      description:
        'What the best epoch is chosen by, on the validation images; balanced-accuracy is the mean over classes, loss the ' +
        'cross-entropy. Of equals by an accuracy, the one with the lower loss is better.',
      group: 'Training',
      value: 'what',
    }),
  patience: count.optional().register(optionRegistry, {
    description: 'Epochs without a better validation, by --choose-by, after which training stops.',
    group: 'Training',
    value: 'n',
    otherwise: 'training does not stop early',
  }),
  maxSteps: count.optional().register(optionRegistry, {
    description:
      'Batches after which training stops, also inside an epoch. The schedule remains that of all epochs.',
    group: 'Training',
    value: 'n',
    otherwise: 'no limit',
  }),
};

const run = {
  test: z.boolean().default(true).register(optionRegistry, {
    description: 'Whether the test images are looked at, once, after training.',
    off: 'Leave the test images alone.',
    group: 'Run',
  }),
  predictions: z
    .boolean()
    .default(false)
    .register(optionRegistry, {
      description:
        'Whether predictions.csv is written, too: a line per test image with its path, class, predicted class and the ' +
        'probability of every class.',
      group: 'Run',
    }),
  seed: z.number().int().min(0).default(0).register(optionRegistry, {
    description: 'Seed of the splits, the order of images, augmentation, noise and the new head.',
    group: 'Run',
    value: 'n',
  }),
  ...diagnosticsOptions,
  ...deviceOptions,
  precision: z
    .enum(precisions)
    .default('float32')
    .register(optionRegistry, {
      description:
        'How the products of a training step are computed. tf32: their factors are rounded to 10 bits of mantissa, which is ' +
        'faster on a graphics card; only with --device cuda. Validation, the test and predictions are in float32.',
      group: 'Run',
      value: 'name',
    }),
  checkpointSeconds: positive.default(120).register(optionRegistry, {
    description:
      'Seconds between two checkpoints inside an epoch; there is one after each epoch, too. A run that is resumed goes ' +
      'on from the last one.',
    group: 'Run',
    value: 'x',
  }),
  logEvery: count.default(10).register(optionRegistry, {
    description: 'Batches between two lines of metrics.jsonl that are about a batch.',
    group: 'Run',
    value: 'n',
  }),
  tensorboard: z.boolean().default(true).register(optionRegistry, {
    description: 'Whether the run writes an event file for TensorBoard, RUN/tensorboard/, too.',
    off: 'Write no event file for TensorBoard.',
    group: 'Run',
  }),
};

/**
 * What a run is asked to do, with the defaults that do not depend on the data or the network; those that do are
 * chosen by `resolveSettings`, or `epochsByTime`, and stay optional here. The flags of `adarand train`, the library's `TrainOptions`,
 * `run.json` and docs/options.md all follow from it.
 */
export const trainOptionsSchema = z.strictObject({
  ...inputAndOutput,
  ...method,
  ...training,
  ...imageOptions,
  ...run,
});

/** Validated, with defaults. */
export type AskedOptions = z.output<typeof trainOptionsSchema>;

/** The options of a run, whose number of epochs and optimizer are decided. */
export const runOptionsSchema = trainOptionsSchema.extend({
  epochs: epochCount().default(DEFAULT_EPOCHS),
  optimizer: choiceOf(optimizers),
});

export type RunOptions = z.output<typeof runOptionsSchema>;
