/**
 * Fine-tuning of pretrained networks on small image datasets, with adaptive random feature regularization (AdaRand)
 * and the methods it is compared with.
 *
 *     const summary = await train({ data: 'flowers', model: 'timm/resnet18.a1_in1k' });
 *     console.log(summary.test_accuracy);
 *
 * The work is done in a process of its own: the caller's event loop stays free, and a native crash becomes an
 * `AdarandError` with the code `process.crashed`.
 */
import type { z } from 'zod';
import { Classifier, type LoadOptions } from './classifier/classifier.js';
import type { CompareEvent } from './experiments/compare/events.js';
import type { Experiment } from './experiments/compare/options/experiment.js';
import type { CompareReport } from './experiments/compare/report.js';
import { type Report, report as reportOperation } from './experiments/report/operation.js';
import type { TuneEvent } from './experiments/tune/events.js';
import type { TuneReport } from './experiments/tune/record.js';
import { checkCallOptions } from './process/call-options.js';
import { launch } from './process/launch.js';
import { untilAborted } from './process/until-aborted.js';
import type { RunEvent } from './run/events.js';
import type { RunSummary } from './run/folder/record.js';
import { type EvaluationReport, evaluate as evaluateOperation } from './run/operations/evaluate.js';
import { type ExportReport, exportRun as exportOperation } from './run/operations/export-run.js';
import { type Inspection, inspect as inspectOperation } from './run/operations/inspect.js';
import { type LookReport, look as lookOperation } from './run/operations/look.js';
import {
  type FeatureMeasures,
  measureFeatures as measureFeaturesOperation,
} from './run/operations/measure-features.js';
import type { Operation } from './run/operations/operation.js';
import { type ImagePrediction, predict as predictOperation } from './run/operations/predict.js';
import { resume as resumeOperation } from './run/operations/resume.js';
import { train as trainOperation } from './run/operations/train.js';
import type {
  EvaluateOptions,
  ExportOptions,
  InspectOptions,
  LookOptions,
  MeasureFeaturesOptions,
  PredictOptions,
  ReportOptions,
  ResumeOptions,
  TrainOptions,
  TuneOptions,
} from './run/options/options.gen.js';

import { inProgram, type OptionNames, parseOptions } from './run/options/parse-options.js';

export type { Classifier, ClassifyOptions, ClassProbability, LoadOptions } from './classifier/classifier.js';
export type {
  ClassifiedImage,
  FileUrl,
  ImageBlob,
  NamedImage,
  PixelImage,
} from './classifier/given-image.js';
export { AdarandError } from './errors.js';
export type { MethodAbout, Reference } from './methods/about.js';
export { compose } from './methods/compose.js';
export type { EpochCallback, Predictions, ReadTensor, SourceSamplerContext } from './methods/host.js';
export { type MethodName, methods } from './methods/index.js';
export type { MethodInputs, Need, SourceBatch, Statistics, TrainedParameter } from './methods/inputs.js';
export { type LambdaScales, type LambdaUnit, lambdaScale } from './methods/lambda-unit.js';
export type {
  AddedLosses,
  Distribution,
  Learned,
  LossTools,
  MethodLosses,
  PreStep,
} from './methods/losses.js';
export {
  type Bound,
  type BoundMethod,
  bound,
  defineMethod,
  type Method,
  type MethodDefinition,
  type MethodDescription,
} from './methods/method.js';
export type {
  Computation,
  EvaluationBatch,
  FrozenNetwork,
  ImageSet,
  LabelledFeatures,
  PrepareTools,
} from './methods/prepare.js';
export type { Head, ParameterKind } from './nn/network.js';
export {
  type MethodLossInputs,
  type MethodLossOutputs,
  methodLoss,
  type Numbers,
} from './training/method-loss.js';
export type { PretrainedStatistics } from './training/statistics.js';
export type {
  CompareEvent,
  CompareReport,
  EvaluateOptions,
  EvaluationReport,
  Experiment,
  ExportOptions,
  ExportReport,
  FeatureMeasures,
  ImagePrediction,
  Inspection,
  InspectOptions,
  LookOptions,
  LookReport,
  MeasureFeaturesOptions,
  PredictOptions,
  Report,
  ReportOptions,
  ResumeOptions,
  RunEvent,
  RunSummary,
  TrainOptions,
  TuneEvent,
  TuneOptions,
  TuneReport,
};

/** What every function takes beside its options. */
export interface CallOptions {
  /** Called with everything that happens, as it happens. */
  readonly onEvent?: (event: RunEvent) => void;
  /**
   * Aborting ends the work at the next step, with a checkpoint, and a download where it is, which the next one continues: the
   * promise rejects with the code `run.stopped`, also where the signal is aborted already, and nothing starts.
   */
  readonly signal?: AbortSignal;
}

/**
 * Fine-tunes a network and writes a run folder. `data` and `model` are enough; see `TrainOptions` for the rest. A `model` of
 * the Hugging Face Hub is downloaded if it is not in the cache, which the environment's `HF_...` variables place
 * (docs/models.md).
 *
 * @throws AdarandError `config.*` for options, `data.*` for images, `model.*` and `hub.*` for the network, `method.*`
 * for the method, `device.unavailable`, `run.exists`, `files.disk-full`, `files.write`, `training.diverged`; `run.stopped`, after
 * which `resume` goes on.
 */
export function train(options: TrainOptions, call: CallOptions = {}): Promise<RunSummary> {
  return perform(trainOperation, options, call);
}

/**
 * Continues a run that was stopped or killed; on the same machine, with as many threads, it ends with the same bits as if
 * nothing had happened. `epochs` and `patience` change its length; then a run that has ended goes on, too.
 *
 * @throws AdarandError `run.not-a-run`, `run.finished`, `run.locked`, `run.damaged`, `run.data-changed`, `run.model-changed`,
 * `run.method-changed`, `run.groups-changed`, `checkpoint.*`, `config.epochs-done`, `config.micro-batch`, and as `train` does.
 */
export function resume(run: string | ResumeOptions, call: CallOptions = {}): Promise<RunSummary> {
  return perform(resumeOperation, typeof run === 'string' ? { run } : run, call);
}

/**
 * Searches learning rate, weight and augmentation by validation, within `minutes` or `trials`, trains the best once more
 * and tests it. Each trial is a run, in a process of its own (docs/protocol.md, "Search"). With the folder of a search that was
 * stopped, goes on with it, within other `minutes` or `trials` if they are given.
 *
 * @throws AdarandError `tune.budget`, `tune.nothing`, `tune.no-validation`, `tune.finished`, `tune.not-a-search`,
 * `config.invalid`, `run.stopped`, and as `train` does.
 */
export async function tune(
  search: TuneOptions | { readonly resume: string; readonly minutes?: number; readonly trials?: number },
  call: Omit<CallOptions, 'onEvent'> & { readonly onEvent?: (event: TuneEvent) => void } = {},
): Promise<TuneReport> {
  checkCallOptions(call);
  const { launchTuning } = await import('./experiments/tune/launch.js');
  const what = 'resume' in search ? search : { start: search };
  return untilAborted(call.signal, () => launchTuning(what, call.onEvent));
}

/**
 * Trains methods on parts of the same images with several seeds, and compares them: each run is an ordinary run folder in
 * that of the experiment (docs/compare.md). A run that fails is part of the report, and does not end the others. With the
 * folder of an experiment that was stopped, goes on with it; `retry` trains the runs that failed once more.
 *
 * @throws AdarandError for what is wrong with the experiment, before its first run; `run.stopped`.
 */
export async function compare(
  experiment: Experiment | { readonly resume: string; readonly retry?: boolean; readonly parallel?: number },
  call: Omit<CallOptions, 'onEvent'> & { readonly onEvent?: (event: CompareEvent) => void } = {},
): Promise<CompareReport> {
  checkCallOptions(call);
  const { launchComparison } = await import('./experiments/compare/launch.js');
  const { readProgram } = await import('./experiments/compare/options/read-program.js');
  const what =
    'resume' in experiment
      ? {
          resume: {
            path: experiment.resume,
            retry: experiment.retry ?? false,
            parallel: experiment.parallel,
          },
        }
      : { start: await readProgram(experiment) };
  return untilAborted(call.signal, () => launchComparison(what, call.onEvent));
}

/**
 * Accuracy of a run on labelled images: by default those of the folder's test/, or all of it if it has none, without those that
 * the run was trained or validated on, by content. In the run's own folder these are its test images, in another one all that
 * it has; `split` chooses others (docs/options.md).
 *
 * @throws AdarandError `evaluate.unknown-class`, `evaluate.no-images`, `evaluate.not-finite`, `evaluate.exists`, `data.*` for
 * what is wrong with the folder, `device.unavailable`, `config.invalid`, `run.stopped`; as opening a run does.
 */
export function evaluate(options: EvaluateOptions, call: CallOptions = {}): Promise<EvaluationReport> {
  return perform(evaluateOperation, options, call);
}

/**
 * Classes of images (paths, or bytes of image files), with probabilities, in their order. One that cannot be classified
 * has an `error` instead of `classes`, and does not keep the others from their answer.
 *
 * @throws AdarandError `device.unavailable`, `config.invalid`, `run.stopped`; as opening a run does.
 */
export function predict(
  options: PredictOptions,
  call: CallOptions = {},
): Promise<readonly ImagePrediction[]> {
  return perform(predictOperation, options, call, {
    ...inProgram,
    help: `${inProgram.help} A classifier that \`load(run)\` opens answers for pixels, a Blob or a URL, too.`,
  });
}

/**
 * Opens the classifier of a run, or of an exported folder, and keeps it open in a process of its own: `predict` then takes
 * the time of the network, and not that of a start.
 *
 *     const classifier = await load('runs/flowers');
 *     const [likeliest] = await classifier.predict('flower.jpg');
 *
 * @throws AdarandError `load.no-classifier`; as opening a run or a model does; `config.invalid`.
 */
export function load(folder: string, options: LoadOptions = {}): Promise<Classifier> {
  return Classifier.load(folder, options);
}

/**
 * Writes a run's classifier as a folder that transformers.js loads (docs/export.md).
 *
 * @throws AdarandError `export.exists`, `export.no-effect`, `export.no-images`, `files.*`, `config.invalid`, `run.stopped`; as
 * opening a run does.
 */
export function exportRun(options: ExportOptions, call: CallOptions = {}): Promise<ExportReport> {
  return perform(exportOperation, options, call);
}

/**
 * Writes a page about a run, an HTML file that needs nothing else: accuracies, curves, mistakes with their pictures,
 * calibration, features, and what was run (docs/looking.md).
 *
 * @throws AdarandError `run.not-a-run`, `look.exists`, `look.folder`, `look.no-images`, `config.invalid`.
 */
export function look(options: LookOptions, call: CallOptions = {}): Promise<LookReport> {
  return perform(lookOperation, options, call);
}

/**
 * Norms, entropies and mutual information of features of your own and their classes: what `--diagnostics` measures of a
 * run's (docs/diagnostics.md).
 *
 * @throws AdarandError `features.shape`, `features.label`, `features.not-finite`, `config.invalid`.
 */
export function measureFeatures(
  options: MeasureFeaturesOptions,
  call: CallOptions = {},
): Promise<FeatureMeasures> {
  return perform(measureFeaturesOperation, options, call);
}

/**
 * Writes tables (CSV, Markdown, LaTeX) and figures (SVG, PNG) of the runs of an experiment, or of any runs, and a page with all
 * of them: accuracies over seeds, paired tests, ranks, curves, costs (docs/report.md).
 *
 * @throws AdarandError `run.not-a-run`, `report.nothing`, `report.mixed`, `report.same-place`, `report.exists`, `config.invalid`.
 */
export function report(options: ReportOptions, call: CallOptions = {}): Promise<Report> {
  return perform(reportOperation, options, call);
}

/**
 * What would be trained of a model, and what is missing where it cannot be: that is part of the answer, and not thrown.
 *
 * @throws AdarandError `model.*` and `hub.*` for a file that cannot be found or read, `config.invalid`, `run.stopped`.
 */
export function inspect(options: InspectOptions, call: CallOptions = {}): Promise<Inspection> {
  return perform(inspectOperation, options, call);
}

/**
 * What is wrong with the arguments is found here: a process is not waited for, and does not get what it would refuse. What it
 * gets is copied before the call returns.
 */
async function perform<Request extends z.ZodObject, Result>(
  operation: Operation<Request, Result>,
  request: z.input<Request>,
  call: CallOptions,
  names: OptionNames = inProgram,
): Promise<Result> {
  checkCallOptions(call);
  parseOptions(operation.request, request, names);
  const { onEvent, signal } = call;
  return untilAborted(signal, () => launch(operation, request, { onEvent }));
}
