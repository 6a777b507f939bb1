import { AdarandError } from '../../errors.js';
import { launch } from '../../process/launch.js';
import type { RunSummary } from '../../run/folder/record.js';
import { checkOptions } from '../../run/options/check-options.js';
import type { TrainOptions } from '../../run/options/train-options.js';
import { bytes, duration, percent } from '../format.js';
import { printJson } from '../json.js';
import { createProgress } from '../progress.js';
import { supervise } from '../supervise.js';

/** Options as commander reads them; those that are not named here go to the run as they are. */
export interface TrainFlags {
  readonly json?: boolean;
  readonly resume?: string;
  readonly model?: string;
  readonly lr?: number;
  readonly option?: Readonly<Record<string, string>>;
  readonly [other: string]: unknown;
}

export async function train(data: string | undefined, flags: TrainFlags): Promise<void> {
  const { json = false } = flags;
  const progress = createProgress({ json });
  const { onEvent } = progress;
  const launched =
    flags.resume === undefined
      ? launch('train', await runOptions(data, flags), { onEvent })
      : launch('resume', { run: resumed(data, flags.resume, flags) }, { onEvent });
  const summary = await supervise(launched).finally(() => progress.end());
  if (json) printJson({ type: 'result', ...summary });
  else process.stdout.write(`${conclusion(summary).join('\n')}\n`);
}

/** Checked here as well as in the engine: a slip of the pen should not have to wait for its start. */
async function runOptions(data: string | undefined, flags: TrainFlags): Promise<TrainOptions> {
  const { json, resume, model, lr, option, ...others } = flags;
  if (data === undefined || model === undefined)
    throw new AdarandError(
      'cli.usage',
      data === undefined
        ? 'train needs a folder of images'
        : 'train needs a pretrained network: --model MODEL',
      'adarand train DATA --model MODEL',
    );
  const options = {
    data,
    model,
    ...others,
    ...(lr === undefined ? {} : { learningRate: lr }),
    ...(option === undefined ? {} : { methodOptions: option }),
  };
  await checkOptions(options);
  return options;
}

/** A run goes on as it began. */
function resumed(data: string | undefined, run: string, flags: TrainFlags): string {
  const { json, resume, flip, ...others } = flags;
  const [other] = data === undefined ? Object.keys(others) : ['DATA'];
  if (other === undefined) return run;
  throw new AdarandError(
    'cli.usage',
    `--resume goes on with a run as it began: ${other} cannot be given again`,
    `adarand train --resume ${run}`,
  );
}

function conclusion(summary: RunSummary): string[] {
  const { run, test_accuracy: accuracy, test_half_width: half, val_accuracy: validated } = summary;
  const chosen =
    validated === null
      ? `kept the last epoch, ${summary.best_epoch}: there were no validation images to choose by`
      : `kept epoch ${summary.best_epoch} of ${summary.epochs}: validation accuracy ${percent(validated)}`;
  const result =
    accuracy === null || half === null
      ? 'not tested: there are no test images'
      : `test accuracy ${percent(accuracy)} ± ${(100 * half).toFixed(1)} points (95 %, ${summary.test_images} images)`;
  return [
    '',
    result,
    chosen,
    `${duration(summary.seconds_per_epoch)} per epoch, ${bytes(summary.peak_memory_bytes)} of memory at most`,
    `written: ${run}/ with model.onnx, summary.json, metrics.jsonl, run.json, checkpoints/`,
    `next: adarand predict ${run} IMAGE...   or   adarand export ${run} --to DIR`,
  ];
}
