import type { Command } from './command.js';

/** What the help says of a command before the command itself is loaded. */
export interface CommandEntry {
  readonly name: string;
  /** Its arguments, in the notation of commander: `<needed>`, `[optional]`, `<several...>`. */
  readonly usage: string;
  readonly summary: string;
  /** What one types after `adarand`, for its help. */
  readonly example: string;
  load(): Promise<Command>;
}

/**
 * The commands, in the order of the help. Nothing is imported here before a command is chosen: schemas and what they
 * depend on would make `adarand --help` slow.
 */
export const commands: readonly CommandEntry[] = [
  {
    name: 'train',
    usage: '[data]',
    summary: 'fine-tune a pretrained network on the images in DATA',
    example: 'train photos --model some-backbone --epochs 10',
    load: async () => (await import('./train.js')).command,
  },
  {
    name: 'tune',
    usage: '[data]',
    summary: 'search the options of `train` by validation, within minutes that you give, and train the best',
    example: 'tune photos --model some-backbone --minutes 20',
    load: async () => (await import('./tune.js')).command,
  },
  {
    name: 'compare',
    usage: '[data...]',
    summary: 'train several methods on parts of the same images with several seeds, and compare them',
    example:
      'compare photos --model some-backbone --methods fine-tuning,adarand --fractions 10,100 --seeds 5',
    load: async () => (await import('./compare.js')).command,
  },
  {
    name: 'watch',
    usage: '<path>',
    summary: 'follow a run, a search or an experiment that another process works on',
    example: 'watch runs/photos-some-backbone-adarand-1',
    load: async () => (await import('./watch.js')).command,
  },
  {
    name: 'look',
    usage: '<run>',
    summary:
      'write a page about a run: accuracies, curves, mistakes with their pictures, calibration, features',
    example: 'look runs/photos-some-backbone-adarand-1',
    load: async () => (await import('./look.js')).command,
  },
  {
    name: 'report',
    usage: '<runs...>',
    summary: 'tables and figures of an experiment, or of any runs, for a paper: accuracies, tests, curves',
    example: 'report runs/photos-some-backbone-adarand-1',
    load: async () => (await import('./report.js')).command,
  },
  {
    name: 'eval',
    usage: '<run> <data>',
    summary: 'the accuracy of a run on labelled images',
    example: 'eval runs/photos-some-backbone-adarand-1 photos',
    load: async () => (await import('./eval.js')).command,
  },
  {
    name: 'predict',
    usage: '<run> <image...>',
    summary: 'the classes of images, with probabilities, by a run',
    example: 'predict runs/photos-some-backbone-adarand-1 flower.jpg',
    load: async () => (await import('./predict.js')).command,
  },
  {
    name: 'export',
    usage: '<run>',
    summary: "write a run's classifier as a folder that transformers.js loads",
    example: 'export runs/photos-some-backbone-adarand-1 --to flowers --web',
    load: async () => (await import('./export.js')).command,
  },
  {
    name: 'serve',
    usage: '<folder>',
    summary: 'answer for images over HTTP by a run or an exported folder, and show its page, if it has one',
    example: 'serve flowers',
    load: async () => (await import('./serve.js')).command,
  },
  {
    name: 'inspect',
    usage: '<model>',
    summary: 'what would be trained of a model, and what is missing',
    example: 'inspect some-backbone',
    load: async () => (await import('./inspect.js')).command,
  },
  {
    name: 'methods',
    usage: '[name]',
    summary: 'the methods of fine-tuning, or one of them with its options',
    example: 'methods adarand',
    load: async () => (await import('./methods.js')).command,
  },
  {
    name: 'models',
    usage: '',
    summary: 'models of the Hugging Face Hub to begin with, and those in the cache',
    example: 'models',
    load: async () => (await import('./models.js')).command,
  },
  {
    name: 'doctor',
    usage: '',
    summary: 'what works on this machine, and what is missing',
    example: 'doctor',
    load: async () => (await import('./doctor.js')).command,
  },
];

/** The command that the words after `adarand` name: `train` in `train DATA --epochs 3`, and in `help train`. */
export function commandIn(words: readonly string[]): CommandEntry | undefined {
  const [first, second] = words.filter((word) => !word.startsWith('-'));
  const name = first === 'help' ? second : first;
  return commands.find((entry) => entry.name === name);
}
