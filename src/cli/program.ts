import { Command, InvalidArgumentError, Option } from 'commander';
import { adarandVersion } from '../package.js';

/** The commands, their options and help. What they do is imported when one of them runs. */
export function createProgram(): Command {
  const program = new Command('adarand')
    .description('Fine-tune pretrained networks on small image datasets.')
    .version(adarandVersion(), '-V, --version')
    .exitOverride()
    .showHelpAfterError('(see adarand --help)');
  addTrain(program);

  withDevice(command(program, 'eval <run> <data>', 'accuracy of a finished run on labelled images'))
    .option('--split <name>', 'train, val, test or all (test where there is one)')
    .action(async (run, data, options) => (await import('./commands/eval.js')).evaluate(run, data, options));

  withDevice(command(program, 'predict <run> <image...>', 'classes of image files, with probabilities'))
    .option('--top <n>', 'classes to name for each image (5)', number)
    .action(async (run, images, options) =>
      (await import('./commands/predict.js')).predict(run, images, options),
    );

  command(program, 'export <run>', 'the classifier as a folder that transformers.js loads')
    .requiredOption('--to <dir>', 'folder to write; must not exist')
    .action(async (run, options) => (await import('./commands/export.js')).exportTo(run, options));

  command(program, 'methods [name]', 'the methods, or one of them in detail').action(async (name, options) =>
    (await import('./commands/methods.js')).showMethods(name, options),
  );

  command(program, 'doctor', 'what works on this machine, and what is missing').action(async (options) =>
    (await import('./commands/doctor.js')).doctor(options),
  );
  return program;
}

function addTrain(program: Command): void {
  const train = command(program, 'train [data]', 'fine-tune MODEL on the images in DATA')
    .option('--model <model>', 'pretrained network: a folder, an .onnx or .safetensors file, or `sample`')
    .option('--resume <run>', 'go on with a run that was stopped or killed')
    .option('--out <run>', 'folder to write (runs/DATA-MODEL-METHOD-N)')
    .optionsGroup('Method:')
    .option('--method <name>', 'see `adarand methods`; or a .js file; several as a+b (adarand)', once)
    .option('--lambda <x>', "weight of the method (the method's own)", number)
    .option('--lambda-unit <unit>', "feature-scale: for features of ResNet-50's size; or raw (feature-scale)")
    .option('--option <name=value>', "one of the method's own options; repeatable", assignment)
    .option('--source <dir>', 'source images, for methods that train on them too')
    .optionsGroup('Training:')
    .option('--head <start>', 'how the new head starts: random, or probe (a linear probe first) (random)')
    .option('--epochs <n>', '(20)', number)
    .option('--batch-size <n>', '(32, less for few images)', number)
    .option(
      '--lr <x>',
      'learning rate (sgd: 0.01 with BatchNorm, 0.001 without; others 0.0001; a tenth with --head probe)',
      number,
    )
    .option('--optimizer <name>', 'sgd, adam or adamw (sgd)')
    .option('--schedule <name>', 'constant, cosine, cosine-7-16 or multi-step (cosine)')
    .option('--warm-up <n>', 'updates over which the learning rate rises from 0 (0)', number)
    .option('--weight-decay <x>', '(0; adamw 0.05)', number)
    .option('--backbone-lr-scale <x>', "factor on the backbone's learning rate (1)", number)
    .option('--batch-norm <mode>', 'train, or frozen at the pretrained statistics (train)')
    .option('--clip-grad-norm <x>', 'upper limit on the norm of the gradients', number)
    .option('--accumulate <n>', 'batches averaged into one update (1)', number)
    .option('--ema-decay <x>', 'decay of an average of the parameters', number)
    .option('--patience <n>', 'stop after so many epochs without a better validation accuracy', number)
    .option('--max-steps <n>', 'stop after so many batches', number)
    .optionsGroup('Images:')
    .option('--image-size <n>', "side of the network's input (the model's own)", number)
    .option(
      '--augment <name>',
      'none, crop, inception-crop, pad-crop, color-jitter or rand-augment (crop; small inputs pad-crop)',
    )
    .option('--no-flip', 'do not mirror images')
    .option('--train-fraction <x>', 'share of the training images to use (1)', number)
    .option('--val-fraction <x>', 'share to validate on, where DATA has no val/ (0.1)', number)
    .option('--test-fraction <x>', 'share to test on, where DATA has no test/ (0.2)', number)
    .optionsGroup('Run:')
    .option('--seed <n>', '(0)', number)
    .option('--checkpoint-seconds <x>', 'between checkpoints inside an epoch (120)', number)
    .option('--log-every <n>', 'steps between two lines of metrics.jsonl (10)', number);
  withDevice(train).action(async (data, options) =>
    (await import('./commands/train.js')).train(data, options),
  );
}

/** Usage errors leave with code 2, as every mistake of the user does. */
function command(program: Command, usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .addOption(new Option('--json', 'one JSON object per line on stdout'))
    .exitOverride();
}

function withDevice(of: Command): Command {
  return of
    .option('--device <name>', 'cpu, wasm, webgpu or cuda (cpu)')
    .option('--threads <n>', '(all cores)', number);
}

function number(word: string): number {
  const value = Number(word);
  if (word.trim() === '' || Number.isNaN(value)) throw new InvalidArgumentError(`"${word}" is not a number.`);
  return value;
}

/** Methods are joined by a +, not by repeating the flag. */
function once(word: string, before?: string): string {
  if (before !== undefined)
    throw new InvalidArgumentError(
      `${before} is given already; several methods are written ${before}+${word}.`,
    );
  return word;
}

function assignment(word: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [name = '', ...rest] = word.split('=');
  if (name === '' || rest.length === 0)
    throw new InvalidArgumentError('Write it as name=value, such as alpha=0.9.');
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice.`);
  return { ...before, [name]: rest.join('=') };
}
