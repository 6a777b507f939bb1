import { isUnbalanced } from '../data/imbalance.js';
import { duration } from '../duration.js';
import { percent } from '../format-accuracy.js';
import { printable, printableName } from '../printable.js';
import type { RunEvent, RunPhase } from '../run/events.js';
import type { ImagePrediction } from '../run/operations/predict.js';
import { describeEpoch, hasDiverged, lossText } from './describe-epoch.js';
import { Eta } from './eta.js';
import { short } from './format.js';
import { printJson } from './json.js';
import { lineOf, type Output } from './line.js';
import { indented } from './terminal.js';

export interface Progress {
  readonly onEvent: (event: RunEvent) => void;
  /** Erases the redrawn line, so that other text may follow. */
  end(): void;
}

const JSON_SECONDS = 1;

const doing: Readonly<Record<RunPhase, string>> = {
  model: 'opening the model',
  download: 'downloading the model',
  data: 'checking images',
  statistics: 'computing pretrained features',
  prepare: 'preparing the method',
  'epoch-callback': 'predicting the training images',
  compile: 'compiling',
  'first-step': 'first step: the device compiles its kernels',
  measure: 'measuring steps',
  train: 'training',
  validate: 'validating',
  diagnose: 'measuring features',
  test: 'testing',
  export: 'exporting',
  quantize: 'measuring ranges for 8 bits',
  evaluate: 'evaluating',
  draw: 'drawing',
};

/**
 * Shows events: as JSON lines; on a terminal as one line that is redrawn; else as plain lines without control
 * characters.
 */
export function createProgress({
  json,
  output = process.stdout,
  errors = process.stderr,
}: {
  json: boolean;
  output?: Output;
  errors?: Pick<Output, 'write'>;
}): Progress {
  if (json) return seldom(printJson);
  const line = lineOf(output);
  const eta = new Eta();
  const downloads = new Eta();
  let saidDiverged = false;
  /** Of the training images; source images come after them. */
  let imbalance: number | undefined;
  return {
    onEvent(event) {
      switch (event.type) {
        case 'phase':
          if (line.live) line.update(`${doing[event.phase]} ...`);
          break;
        case 'progress':
          line.update(`${doing[event.phase]}: ${describeProgress(event, downloads)}`);
          break;
        case 'data':
          imbalance ??= event.report.imbalance;
          if (event.lines.length > 0) line.print(event.lines.join('\n'));
          break;
        case 'remark':
          line.print(event.text);
          break;
        case 'untrained':
          line.print(describeUntrained(event));
          break;
        case 'prediction':
          if (event.error === undefined) line.print(describePrediction(event));
          else {
            line.clear();
            errors.write(describeFailure(event.error));
          }
          break;
        case 'unfinished':
          line.print(describeUnfinished(event));
          break;
        case 'run':
          line.print(describeRun(event));
          break;
        case 'step':
          line.update(describeStep(event, eta));
          break;
        case 'epoch':
          line.print(describeEpoch(event, imbalance !== undefined && isUnbalanced(imbalance)));
          if (hasDiverged(event) && !saidDiverged) {
            saidDiverged = true;
            line.print(diverged);
          }
          break;
        case 'test':
          break;
      }
    },
    end: () => line.clear(),
  };
}

function describeProgress(
  { phase, done, total }: Extract<RunEvent, { type: 'progress' }>,
  downloads: Eta,
): string {
  if (phase !== 'download') return `${done}/${total}`;
  const left = downloads.secondsLeft(done, total);
  const size = `${(done / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`;
  return Number.isNaN(left) ? size : `${size}, ${duration(left)} left`;
}

function describeStep(
  { epoch, step, totalSteps, metrics }: Extract<RunEvent, { type: 'step' }>,
  eta: Eta,
): string {
  const { loss = Number.NaN, images_per_second: speed = 0 } = metrics;
  const left = duration(eta.secondsLeft(step, totalSteps));
  return `epoch ${epoch}  step ${step}/${totalSteps}  loss ${lossText(loss)}  ${short(Number(speed.toPrecision(3)))} img/s  ${left} left`;
}

const diverged =
  'the loss has grown beyond sense: training has diverged. Start a new run with a smaller --learning-rate.';

function describeRun({ path, step, settings }: Extract<RunEvent, { type: 'run' }>): string {
  const shown = Object.entries(settings).map(
    ([name, value]) => `${name.replaceAll('_', ' ')} ${short(value)}`,
  );
  const begin = step === 0 ? `run ${path}` : `run ${path}, continued after step ${step}`;
  return `${begin}\n  ${shown.join(', ')}`;
}

type Answered = Extract<ImagePrediction, { readonly classes: object }>;
type Failed = Extract<ImagePrediction, { readonly error: object }>;

function describePrediction({ image, classes }: Answered): string {
  const likeliest = classes.map(({ name, probability }) => `${name} ${percent(probability)}`);
  return `${printableName(image)}: ${likeliest.join(', ')}`;
}

function describeFailure({ message, hint }: Failed['error']): string {
  return `${printable(indented(message))}\n${hint === undefined ? '' : `hint: ${hint}\n`}`;
}

function describeUnfinished(event: Extract<RunEvent, { type: 'unfinished' }>): string {
  const { path, epoch, epochs, step, best_epoch: best } = event;
  const used =
    best === null
      ? `the last checkpoint, after step ${step}: no epoch was validated`
      : `epoch ${best}, the best so far by validation`;
  return `${path} is not finished (${epoch} of ${epochs} epochs are done); used is ${used}`;
}

function describeUntrained({ names, trained }: Extract<RunEvent, { type: 'untrained' }>): string {
  const shown = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return `the loss does not depend on ${names.length} of ${names.length + trained} tensors, which stay as they are: ${shown}${more}`;
}

/** Of the events that only say how far a phase has come, one in a second: the latest, and the last of a phase. */
function seldom(onEvent: Progress['onEvent']): Progress {
  let last = Number.NEGATIVE_INFINITY;
  let waiting: { readonly event: RunEvent; readonly timer: NodeJS.Timeout } | undefined;
  const forget = () => {
    clearTimeout(waiting?.timer);
    waiting = undefined;
  };
  const give = (event: RunEvent) => {
    forget();
    last = performance.now() / 1000;
    onEvent(event);
  };
  return {
    onEvent(event) {
      if (event.type !== 'progress') {
        forget();
        onEvent(event);
        return;
      }
      const left = last + JSON_SECONDS - performance.now() / 1000;
      if (event.done === event.total || left <= 0) return give(event);
      forget();
      waiting = { event, timer: setTimeout(() => give(event), 1000 * left) };
    },
    end: forget,
  };
}
