import type { Predictions } from '../methods/host.js';
import { Random } from '../random.js';
import type { CompileOptions } from '../runtime/program.js';
import type { State } from '../runtime/state.js';
import { Diagnosis, type TestDiagnostics } from './diagnosis.js';
import { diverged } from './diverged.js';
import { type Evaluation, Evaluator, type EvaluatorOptions, type Prediction } from './evaluation.js';
import type { TrainingEvent } from './events.js';
import type { FeatureStore } from './feature-store.js';
import type { PixelBatch } from './feeds.js';
import { predictAll, predictionsOf } from './method-host.js';
import { Outputs } from './outputs.js';
import type { TestTimeAugmentation } from './test-time-augmentation.js';
import type { TrainingData } from './training-data.js';

export interface PassOptions extends EvaluatorOptions {
  readonly tta: TestTimeAugmentation;
  /** Whether features and probabilities of whole splits are measured. */
  readonly diagnostics: boolean;
  /** Named where an evaluation is not finite. */
  readonly learningRate: number;
}

export interface PassHost {
  readonly compile: CompileOptions;
  readonly data: TrainingData;
  /** Where features are kept; without one, none are. */
  readonly features?: FeatureStore | undefined;
  /** Whether what is said of the test images is handed over, too. */
  readonly wantsTest?: boolean;
  /** Of the validation images, every so many-th is handed over as the best epoch has it; undefined for none. */
  readonly drawEvery?: number | undefined;
  emit(event: TrainingEvent): void;
}

/** The place of a pass in the run. */
export interface PassPlace {
  /** 0 for what training begins with. */
  readonly epoch: number;
  /** Batches that were trained on. */
  readonly step: number;
}

/** What the validation images say of an epoch. */
export interface Validated extends Evaluation {
  /** Where something is measured or kept of them. */
  readonly outputs: Outputs | undefined;
  /** That fits them, where that is measured and one does. */
  readonly temperature: number | undefined;
  /** Some of them, where they are to be drawn. */
  readonly drawn: Outputs | undefined;
  readonly seconds: number;
}

/** What else is known of an epoch. */
export interface Diagnosed {
  readonly metrics: Readonly<Record<string, number>>;
  /** The training images in evaluation form, where there was a pass over them. */
  readonly train: Outputs | undefined;
}

export interface Tested extends Evaluation {
  /** Where they were asked for. */
  readonly diagnostics: TestDiagnostics | undefined;
  /** Where something is measured or kept of them. */
  readonly outputs: Outputs | undefined;
}

/** The passes over whole splits, of the network that trains: one over each, for all that is wanted of it. */
export class SplitPasses {
  readonly evaluator: Evaluator;
  readonly #diagnosis: Diagnosis | undefined;
  readonly #options: Pick<PassOptions, 'tta' | 'classes' | 'learningRate'> & { readonly featureSize: number };
  readonly #host: PassHost;
  readonly #state: State;

  private constructor(
    programs: { readonly evaluator: Evaluator; readonly diagnosis: Diagnosis | undefined },
    { tta, classes, learningRate, network }: PassOptions,
    host: PassHost,
    state: State,
  ) {
    this.evaluator = programs.evaluator;
    this.#diagnosis = programs.diagnosis;
    this.#options = { tta, classes, learningRate, featureSize: network.featureSize };
    this.#host = host;
    this.#state = state;
  }

  static async compile(options: PassOptions, host: PassHost, state: State): Promise<SplitPasses> {
    const evaluator = await Evaluator.compile(options, host.compile);
    const { featureSize } = options.network;
    const diagnosis = options.diagnostics ? await Diagnosis.compile(featureSize, host) : undefined;
    return new SplitPasses({ evaluator, diagnosis }, options, host, state);
  }

  /** Undefined without validation images. @throws AdarandError `training.diverged`. */
  async validate({ step }: PassPlace): Promise<Validated | undefined> {
    const { data, emit } = this.#host;
    if (data.validation === undefined) return undefined;
    emit({ type: 'phase', phase: 'validate' });
    const started = performance.now();
    const outputs = this.#collector();
    const drawing = this.#drawing();
    const visit = (prediction: Prediction) => {
      outputs?.add(prediction);
      drawing?.see(prediction);
    };
    const evaluation = await this.#evaluate('validation', data.validation(), step, visit);
    const temperature = outputs && this.#diagnosis?.temperatureOf(outputs);
    return { ...evaluation, outputs, temperature, drawn: drawing?.drawn, seconds: secondsSince(started) };
  }

  /**
   * Measures an epoch and keeps its features, where that is wanted: of the training images in evaluation form, and of the
   * validation images as they were `validated`. What was not validated, and not trained, has no metrics.
   *
   * @throws AdarandError `training.diverged`.
   */
  async diagnose(
    { epoch, step }: PassPlace,
    { validated, isLast }: { readonly validated: Validated | undefined; readonly isLast: boolean },
  ): Promise<Diagnosed> {
    const { data, emit, features } = this.#host;
    const isKept = features?.keeps(epoch, isLast) ?? false;
    const diagnosis = epoch > 0 || validated !== undefined ? this.#diagnosis : undefined;
    if (diagnosis === undefined && !isKept) return { metrics: {}, train: undefined };
    emit({ type: 'phase', phase: 'diagnose' });
    const started = performance.now();
    const train = this.#outputs();
    const { accuracy } = await this.#evaluate('training', data.trainingImages('diagnose'), step, train.add);
    const val = validated === undefined && isKept ? await this.#unvalidated(step) : validated?.outputs;
    if (isKept) await features?.saveEpoch(epoch, { train, val });
    if (diagnosis === undefined) return { metrics: {}, train };
    const measured = await diagnosis.metricsOf({ train, val }, validated?.temperature);
    const metrics = {
      train_eval_accuracy: accuracy,
      ...measured,
      diagnostics_seconds: secondsSince(started),
    };
    return { metrics, train };
  }

  /**
   * Keeps the features of an epoch that is the last one, as a changed length has it: when it was over, that was not known.
   *
   * @throws AdarandError `training.diverged`.
   */
  async keepLast({ epoch, step }: PassPlace): Promise<void> {
    const { data, emit, features } = this.#host;
    if (features === undefined || !features.keeps(epoch, true)) return;
    emit({ type: 'phase', phase: 'diagnose' });
    const train = this.#outputs();
    await this.#evaluate('training', data.trainingImages('diagnose'), step, train.add);
    await features.saveEpoch(epoch, { train, val: await this.#unvalidated(step) });
  }

  /**
   * Undefined without test images. `temperature` is that of the epoch's validation.
   *
   * @throws AdarandError `training.diverged`.
   */
  async test({ epoch, step }: PassPlace, temperature: number | undefined): Promise<Tested | undefined> {
    const { data, emit, features } = this.#host;
    if (data.test === undefined) return undefined;
    emit({ type: 'phase', phase: 'test' });
    const outputs = this.#host.wantsTest ? this.#outputs() : this.#collector();
    const test = await this.#evaluate('test', data.test(), step, outputs?.add);
    if (outputs !== undefined) await features?.saveTest(epoch, outputs);
    const diagnostics = outputs && (await this.#diagnosis?.ofTest(outputs, temperature));
    const { accuracy, balancedAccuracy, loss, count } = test;
    emit({ type: 'test', accuracy, balanced_accuracy: balancedAccuracy, loss, count });
    return { ...test, diagnostics, outputs };
  }

  /** The validation images that are to be drawn, as the state has them now: of a best epoch that another process validated. */
  async draw({ step }: PassPlace): Promise<Outputs | undefined> {
    const { data } = this.#host;
    const drawing = this.#drawing();
    if (data.validation === undefined || drawing === undefined) return undefined;
    await this.#evaluate('validation', data.validation(), step, drawing.see);
    return drawing.drawn;
  }

  /** What a method's callback is given: `seen`, where the training images were evaluated without their mirror images. */
  predictions(seen: Outputs | undefined): Promise<Predictions> | Predictions {
    const { tta, classes } = this.#options;
    if (seen !== undefined && tta === 'none') return predictionsOf(seen);
    const images = this.#host.data.trainingImages('epoch-callback');
    return predictAll(this.evaluator, this.#state, images, classes);
  }

  /** What diagnostics of so many images take after their evaluation: measured on random features. */
  async secondsToDiagnose(images: number): Promise<number> {
    if (this.#diagnosis === undefined) return 0;
    const { classes, featureSize } = this.#options;
    const random = new Random(0, 'noise');
    const drawn = (size: number) => Float32Array.from({ length: size }, () => random.uniform());
    const train = this.#outputs();
    for (let i = 0; i < images; i++)
      train.add({ logits: drawn(classes), features: drawn(featureSize), label: i % classes });
    const started = performance.now();
    await this.#diagnosis.metricsOf({ train, val: undefined }, undefined);
    return secondsSince(started);
  }

  async release(): Promise<void> {
    await this.evaluator.release();
    await this.#diagnosis?.release();
  }

  /** Features of validation images whose accuracy nobody asked for. */
  async #unvalidated(step: number): Promise<Outputs | undefined> {
    const { validation } = this.#host.data;
    if (validation === undefined) return undefined;
    const outputs = this.#outputs();
    await this.#evaluate('validation', validation(), step, outputs.add);
    return outputs;
  }

  async #evaluate(
    images: 'training' | 'validation' | 'test',
    batches: AsyncIterable<PixelBatch>,
    step: number,
    visit: ((prediction: Prediction) => void) | undefined,
  ): Promise<Evaluation> {
    const { tta, learningRate } = this.#options;
    const evaluation = await this.evaluator.evaluate(this.#state, batches, tta, visit);
    const { loss } = evaluation;
    if (Number.isFinite(loss)) return evaluation;
    throw diverged(`the loss on the ${images} images is ${loss} after step ${step}`, learningRate);
  }

  /** For a pass that is made anyway: undefined where nothing is measured or kept. */
  #collector(): Outputs | undefined {
    return this.#diagnosis === undefined && this.#host.features === undefined ? undefined : this.#outputs();
  }

  #drawing(): { readonly drawn: Outputs; see(prediction: Prediction): void } | undefined {
    const { drawEvery } = this.#host;
    if (drawEvery === undefined) return undefined;
    const drawn = this.#outputs();
    let seen = 0;
    return {
      drawn,
      see(prediction) {
        if (seen++ % drawEvery === 0) drawn.add(prediction);
      },
    };
  }

  #outputs(): Outputs {
    return new Outputs(this.#options.classes, this.#options.featureSize);
  }
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
