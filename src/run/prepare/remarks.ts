import { isLongTailed, isUnbalanced } from '../../data/imbalance.js';
import { classesWithout, type Dataset } from '../../data/index.js';
import type { BoundMethod } from '../../methods/method.js';
import type { Network } from '../../nn/network.js';
import { type RunOptions, trainOptionsSchema } from '../options/train-options.js';

/** What decides whether an option changes anything. */
export interface EffectContext {
  readonly dataset: Dataset;
  readonly network: Network;
  readonly method: BoundMethod;
}

interface Decided {
  readonly lambda: number;
  /** Of the whole run. */
  readonly batches: number;
}

type Remarks = readonly (readonly [applies: boolean, sentence: string])[];

/** A sentence for each option that changes nothing, or hardly what its name says. */
export function remarksOn(options: RunOptions, decided: Decided, context: EffectContext): string[] {
  return [
    ...onMethod(options, decided, context.method),
    ...onWhatIsTrained(options, context),
    ...onTraining(options, decided, context),
    ...onData(options, context),
  ].flatMap(([applies, sentence]) => (applies ? [sentence] : []));
}

function onMethod(options: RunOptions, { lambda }: Decided, method: BoundMethod): Remarks {
  const { methodOptions, source, backboneLrScale } = options;
  const leftOut = lambda === 0 && method.needs.length > 0;
  const noEffect = Object.entries(methodOptions).filter(([name]) => method.unused?.includes(name));
  return [
    [
      options.lambda !== undefined && method.needs.length === 0 && method.defaultLambda === 0,
      `--lambda ${options.lambda} changes nothing: ${method.name} has no penalty`,
    ],
    [
      leftOut && options.lambda === 0,
      `--lambda 0 leaves out the losses of ${method.name}: it trains as fine-tuning does`,
    ],
    [
      leftOut && Object.keys(methodOptions).length > 0,
      `the options of ${method.name} change nothing: with a lambda of 0 its losses are left out`,
    ],
    [
      leftOut && source !== undefined,
      `--source ${source} changes nothing: with a lambda of 0 the losses of ${method.name} are left out`,
    ],
    ...noEffect.map(
      ([name, value]) =>
        [
          !leftOut,
          `--option ${name}=${value} changes nothing: ${method.name} does not use it with its other options`,
        ] as const,
    ),
    [
      options.lambdaUnit === 'raw' && lambda !== 0 && method.lambdaUnit === 'none',
      `--lambda-unit raw changes nothing: the lambda of ${method.name} is always the factor in the loss`,
    ],
    [
      backboneLrScale === 0 && lambda !== 0 && !['none', 'parts'].includes(method.lambdaUnit),
      `${method.name} changes nothing: its penalty acts on the backbone, which --backbone-lr-scale 0 does not train`,
    ],
  ];
}

function onWhatIsTrained(options: RunOptions, { network, method }: EffectContext): Remarks {
  const { train, backboneLrScale, layerDecay, batchNorm } = options;
  const { name, groups, buffers } = network;
  const byMethod = method.trains === 'head';
  const isFrozen = byMethod || train === 'head';
  const because = `changes nothing: ${byMethod ? method.name : '--train head'} does not train the backbone`;
  return [
    [byMethod && train.startsWith('last:'), `--train ${train} ${because}`],
    [
      !byMethod && train === `last:${groups.length}`,
      `--train ${train} changes nothing: ${name} has ${groups.length} groups, and all are trained without it`,
    ],
    [isFrozen && backboneLrScale !== 1, `--backbone-lr-scale ${backboneLrScale} ${because}`],
    [isFrozen && layerDecay !== 1, `--layer-decay ${layerDecay} ${because}`],
    [
      !isFrozen && layerDecay !== 1 && backboneLrScale === 0,
      `--layer-decay ${layerDecay} changes nothing: with --backbone-lr-scale 0, the rate of every group is 0`,
    ],
    [isFrozen && batchNorm === 'frozen' && buffers.size > 0, `--batch-norm frozen ${because}`],
  ];
}

function onTraining(options: RunOptions, { batches }: Decided, { network, method }: EffectContext): Remarks {
  const { accumulate, epochs, patience, maxSteps, emaDecay } = options;
  const updates = Math.floor(batches / accumulate);
  const changesAfter = method.epochCallback?.epochs ?? 0;
  const initial = emaDecay === undefined ? 0 : emaDecay ** updates;
  const left = batches % accumulate;
  return [
    [
      left > 0,
      `the last ${left} of ${batches} batches are used for no update: --accumulate ${accumulate} leaves them over`,
    ],
    [
      patience !== undefined && patience > epochs - 2,
      `--patience ${patience} changes nothing: there are only ${epochs} epochs`,
    ],
    [
      maxSteps !== undefined && maxSteps > batches,
      `--max-steps ${maxSteps} changes nothing: --epochs ${epochs} ends after ${batches} batches`,
    ],
    [
      changesAfter >= epochs,
      `${method.name} changes its state after every ${changesAfter} epochs, and there are only ${epochs}: it stays as it is`,
    ],
    [
      initial > 0.5,
      `--ema-decay ${emaDecay} keeps the average near where training starts: after all ${updates} updates, ` +
        `${Math.round(100 * initial)} % of it are still the initial parameters`,
    ],
    [
      options.batchNorm === 'frozen' && network.buffers.size === 0,
      `--batch-norm frozen changes nothing: ${network.name} has no running statistics`,
    ],
  ];
}

function onData(options: RunOptions, { dataset, network, method }: EffectContext): Remarks {
  const { imbalance } = dataset.report;
  const classes = dataset.classes.length;
  const withoutVal = classesWithout('val', dataset.report).length;
  const pixels = options.imageSize ?? network.preprocessing.imageSize;
  const { valFraction, testFraction } = trainOptionsSchema.shape;
  const ownSplit = (split: 'val' | 'test') =>
    dataset[split].images.length > 0 && !dataset.report.cutFromTrain.includes(split);
  const isUntested = !options.test || dataset.test.images.length === 0;
  const withoutTest = options.test ? 'there are no test images' : 'the test images are left alone';
  return [
    [
      options.valFraction !== valFraction.def.defaultValue && ownSplit('val'),
      `--val-fraction ${options.valFraction} changes nothing: ${options.data} has validation images of its own`,
    ],
    [
      options.valFold !== 0 && ownSplit('val'),
      `--val-fold ${options.valFold} changes nothing: ${options.data} has validation images of its own`,
    ],
    [
      options.valFold !== 0 && dataset.val.images.length === 0,
      `--val-fold ${options.valFold} changes nothing: no validation images are cut`,
    ],
    [
      options.tta !== 'none' && dataset.val.images.length === 0 && isUntested,
      `--tta ${options.tta} changes nothing: there are no validation images, and ${withoutTest}`,
    ],
    [
      options.testFraction !== testFraction.def.defaultValue && ownSplit('test'),
      `--test-fraction ${options.testFraction} changes nothing: ${options.data} has test images of its own`,
    ],
    [
      options.balance === 'loss' && imbalance === 1,
      '--balance loss changes nothing: every class has equally many training images',
    ],
    [
      options.balance === 'sampling' && imbalance === 1,
      '--balance sampling changes nothing but the order of images: every class has equally many training images',
    ],
    [
      options.chooseBy !== 'accuracy' && dataset.val.images.length === 0,
      `--choose-by ${options.chooseBy} changes nothing: there are no validation images to choose by`,
    ],
    [
      options.chooseBy === 'balanced-accuracy' && withoutVal > 0,
      `--choose-by balanced-accuracy is the mean over the ${classes - withoutVal} of ${classes} classes that have validation ` +
        'images: the epoch is chosen without the others',
    ],
    [
      options.balance !== 'none' &&
        options.chooseBy === 'accuracy' &&
        isUnbalanced(imbalance) &&
        dataset.val.images.length > 0,
      `--balance ${options.balance} makes classes count alike in training, and the epoch is still chosen by plain accuracy: ` +
        '--choose-by balanced-accuracy makes them count alike there, too',
    ],
    [
      options.balance === 'none' && isLongTailed(imbalance),
      `the largest class has ${imbalance.toFixed(1)} times the training images of the smallest, and counts so much more in ` +
        `training: with --balance sampling${method.replacesTaskLoss ? '' : ' or --balance loss'}, each class counts alike`,
    ],
    [options.predictions && isUntested, `--predictions changes nothing: ${withoutTest}`],
    [
      !options.flip && options.augment === 'none',
      '--no-flip changes nothing: --augment none does not mirror images',
    ],
    [
      options.model === 'sample' && dataset.train.images.some(({ image }) => image.kind === 'file'),
      `the sample network sees images of ${pixels} x ${pixels} pixels, and was pretrained on small grey pictures of ` +
        'clothes: it is there to try this program; photographs need a --model that was pretrained on photographs',
    ],
  ];
}
