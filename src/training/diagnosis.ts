import type { ClassMeasures } from '../analysis/class-measures.js';
import { fitTemperature } from '../analysis/temperature.js';
import type { CompileOptions } from '../runtime/program.js';
import type { TrainingEvent } from './events.js';
import { FeatureEntropies } from './feature-entropies.js';
import type { EpochOutputs, Outputs } from './outputs.js';
import { type Calibrated, measureSplit, metricsOf, perClass, type SplitMeasures } from './split-measures.js';

export interface TestDiagnostics {
  readonly measures: SplitMeasures;
  /** That fits the validation images; undefined where none does. */
  readonly temperature: number | undefined;
  /** By class. */
  readonly classes: readonly ClassMeasures[];
}

/** Measures features and probabilities of whole splits, for `--diagnostics`. */
export class Diagnosis {
  readonly #entropies: FeatureEntropies;
  readonly #emit: (event: TrainingEvent) => void;

  private constructor(entropies: FeatureEntropies, emit: (event: TrainingEvent) => void) {
    this.#entropies = entropies;
    this.#emit = emit;
  }

  static async compile(
    featureSize: number,
    { compile, emit }: { readonly compile: CompileOptions; emit(event: TrainingEvent): void },
  ): Promise<Diagnosis> {
    return new Diagnosis(await FeatureEntropies.compile(featureSize, compile), emit);
  }

  /** The temperature that fits the validation images; undefined where none does. */
  temperatureOf(val: Outputs): number | undefined {
    return fitTemperature(val.samples);
  }

  /** The metrics of an epoch: `train_...`, with the temperature of the validation images, and `val_...`. */
  async metricsOf(
    { train, val }: EpochOutputs,
    temperature: number | undefined,
  ): Promise<Record<string, number>> {
    const ofTrain = metricsOf('train', await this.#measure(train, { temperature }));
    if (val === undefined) return ofTrain;
    return { ...ofTrain, ...metricsOf('val', await this.#measure(val, 'cross-fit')) };
  }

  async ofTest(test: Outputs, temperature: number | undefined): Promise<TestDiagnostics> {
    const measures = await this.#measure(test, { temperature });
    return { measures, temperature, classes: perClass(test.samples) };
  }

  release(): Promise<void> {
    return this.#entropies.release();
  }

  #measure(outputs: Outputs, calibrated: Calibrated): Promise<SplitMeasures> {
    return measureSplit(outputs, {
      entropies: this.#entropies,
      calibrated,
      onBlocks: (done, total) => this.#emit({ type: 'progress', phase: 'diagnose', done, total }),
    });
  }
}
