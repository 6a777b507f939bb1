/** Named sets of defaults. */
export const presetNames = ['none', 'paper'] as const;

export type PresetName = (typeof presetNames)[number];

/** What the defaults depend on. */
export interface PresetFacts {
  /** Training images of the run. */
  readonly images: number;
  readonly hasBatchNorm: boolean;
  /** Whether the method has something instead of weight decay. */
  readonly replacesWeightDecay: boolean;
  /** What is given, and so comes before the defaults that depend on it. */
  readonly given: {
    readonly optimizer?: string | undefined;
    readonly epochs?: number | undefined;
    readonly batchSize?: number | undefined;
    readonly accumulate: number;
  };
  /** The batch of so many images, or what of it fits into memory. */
  fitting(batchSize: number): number;
}

/** Training images of Stanford Cars without validation images, which the AdaRand paper trains on for 200 epochs. */
const PAPER_IMAGES = 7330;
const PAPER_EPOCHS = 200;
const PAPER_BATCH = 64;
const PAPER_WARM_UP = 30;

/** Defaults of a preset; what is given comes before them. */
export function presetOptions(name: PresetName, facts: PresetFacts): Readonly<Record<string, unknown>> {
  return name === 'paper' ? paper(facts) : {};
}

/**
 * The protocol of the AdaRand paper (arXiv 2403.10097). Networks with BatchNorm are trained as its supervised ResNets by SGD
 * with Nesterov's momentum, the others, and what AdamW is asked for, as its self-supervised ResNets and its vision transformers. 200 epochs, of more images than the paper has so
 * many that as many images are seen; batches of 64, or the power of two that leaves four of them an epoch. Weights are
 * published ones as they are, which for AdaRand and RandReg are 1.
 */
function paper({
  images,
  hasBatchNorm,
  replacesWeightDecay,
  given,
  fitting,
}: PresetFacts): Readonly<Record<string, unknown>> {
  const ofPaper = Math.round((PAPER_EPOCHS * PAPER_IMAGES) / images);
  const epochs = given.epochs ?? Math.max(1, Math.min(PAPER_EPOCHS, ofPaper));
  let batchSize = PAPER_BATCH;
  while (batchSize > 1 && 4 * batchSize > images) batchSize /= 2;
  batchSize = given.batchSize ?? fitting(batchSize);
  const updates = Math.floor((epochs * Math.floor(images / batchSize)) / given.accumulate);
  const common = {
    head: 'random',
    augment: 'inception-crop',
    chooseBy: 'loss',
    lambdaUnit: 'raw',
    epochs,
    batchSize,
  };
  if (given.optimizer === undefined ? hasBatchNorm : given.optimizer === 'sgd')
    return { ...common, optimizer: 'sgd', learningRate: 0.01, weightDecay: 0, schedule: 'multi-step' };
  return {
    ...common,
    optimizer: 'adamw',
    learningRate: 3e-5,
    weightDecay: replacesWeightDecay ? 0 : 0.1,
    schedule: 'cosine-7-16',
    // A tenth at most: the paper's 30 are less than a tenth of one of its epochs.
    warmUp: Math.min(PAPER_WARM_UP, Math.floor(updates / 10)),
  };
}
