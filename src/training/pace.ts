import type { SplitPasses } from './split-passes.js';
import type { Stepper } from './stepper.js';
import type { TestTimeAugmentation } from './test-time-augmentation.js';
import type { SourceSampler, TrainingData } from './training-data.js';

/** Seconds that a batch takes, waiting for its images included. */
export interface Pace {
  readonly step: number;
  readonly evaluation: number;
  /** What the diagnostics of an epoch's training images take after their evaluation; 0 where there are none. */
  readonly diagnosis: number;
}

/** What is measured: a compiled run, which it spoils. */
export interface Measured {
  readonly stepper: Stepper;
  readonly passes: Pick<SplitPasses, 'evaluator' | 'secondsToDiagnose'>;
  readonly data: TrainingData;
  readonly sampler: SourceSampler | undefined;
  readonly seed: number;
  readonly batchSize: number;
  readonly tta: TestTimeAugmentation;
  /** Asked between batches: true ends the measurement, whose result is then worth nothing. */
  readonly stop: () => boolean;
}

/** Measures real batches: those of the first epoch, and of validation or, without, of the training images. */
export async function measurePace(measured: Measured): Promise<Pace> {
  const { stepper, passes, data, sampler, seed, tta, stop, batchSize } = measured;
  const { batchesPerEpoch } = data;
  const place = { batchesPerEpoch, totalBatches: batchesPerEpoch };
  let batch = 0;
  const step = await secondsOf(
    () => data.train(0, 0, sampler),
    (images) => stepper.step(images, { ...place, batch: batch++ % batchesPerEpoch }, seed),
    stop,
  );
  const evaluation = await secondsOf(
    data.validation ?? (() => data.trainingImages('diagnose')),
    (images) => passes.evaluator.forBatch(stepper.state, images, () => {}, tta),
    stop,
  );
  const diagnosis = stop() ? 0 : await passes.secondsToDiagnose(batchesPerEpoch * batchSize);
  return { step, evaluation, diagnosis };
}

/** Batches that do not count: the first ones make buffers. */
const BEFORE = 2;

/** Enough are so many batches in so many seconds: more in fewer, where they are short, and at worst a few in many. */
const enough = (batches: number, seconds: number) =>
  (batches >= 50 && seconds >= 0.5) || (batches >= 5 && seconds >= 1.5) || (batches >= 2 && seconds >= 20);

/** Mean of the batches of a source that is asked for again when it ends. */
async function secondsOf<Batch>(
  source: () => AsyncIterable<Batch>,
  work: (batch: Batch) => Promise<unknown>,
  stop: () => boolean,
): Promise<number> {
  let batches = 0;
  let began = performance.now();
  for (;;)
    for await (const batch of source()) {
      await work(batch);
      batches += 1;
      if (batches === BEFORE) began = performance.now();
      const seconds = (performance.now() - began) / 1000;
      const counted = batches - BEFORE;
      if (stop() || (counted > 0 && enough(counted, seconds))) return seconds / Math.max(1, counted);
    }
}
