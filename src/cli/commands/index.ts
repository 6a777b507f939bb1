import type { Command } from './command.js';

/** What the help says of a command before the command itself is loaded. */
export interface CommandEntry {
  readonly name: string;
  /** Its arguments, in the notation of commander: `<needed>`, `[optional]`, `<several...>`. */
  readonly usage: string;
  readonly summary: string;
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
    summary: 'fine-tune MODEL on the images in DATA',
    load: async () => (await import('./train.js')).command,
  },
  {
    name: 'eval',
    usage: '<run> <data>',
    summary: 'accuracy of a finished run on labelled images',
    load: async () => (await import('./eval.js')).command,
  },
  {
    name: 'predict',
    usage: '<run> <image...>',
    summary: 'classes of image files, with probabilities',
    load: async () => (await import('./predict.js')).command,
  },
  {
    name: 'export',
    usage: '<run>',
    summary: 'the classifier as a folder that transformers.js loads',
    load: async () => (await import('./export.js')).command,
  },
  {
    name: 'inspect',
    usage: '<model>',
    summary: 'what would be trained of MODEL, and what is missing',
    load: async () => (await import('./inspect.js')).command,
  },
  {
    name: 'methods',
    usage: '[name]',
    summary: 'the methods, or one of them in detail',
    load: async () => (await import('./methods.js')).command,
  },
  {
    name: 'doctor',
    usage: '',
    summary: 'what works on this machine, and what is missing',
    load: async () => (await import('./doctor.js')).command,
  },
];

/** The command that the words after `adarand` name: `train` in `train DATA --epochs 3`, and in `help train`. */
export function commandIn(words: readonly string[]): CommandEntry | undefined {
  const [first, second] = words.filter((word) => !word.startsWith('-'));
  const name = first === 'help' ? second : first;
  return commands.find((entry) => entry.name === name);
}
