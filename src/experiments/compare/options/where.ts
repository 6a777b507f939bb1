import { flagName } from '../../../run/options/flag-name.js';

/** Of a part of an experiment: `['methods', 1, 'lambda']`. */
export type Path = readonly PropertyKey[];

/** How errors name a part of an experiment, by where it was written. */
export interface Where {
  nameOf(path: Path): string;
  /** The line of a file; undefined where there is none. */
  lineOf?(path: Path): string;
  /** Where all parts are explained. */
  readonly help: string;
}

/** A sentence that names its part already, with its line. */
export function located({ lineOf }: Where, path: Path, sentence: string): string {
  return lineOf === undefined ? sentence : `${lineOf(path)}: ${sentence}`;
}

/** A sentence that may say nothing of where its part is. */
export function said({ lineOf, nameOf }: Where, path: Path, sentence: string): string {
  const isNamed = lineOf === undefined && sentence.startsWith(`${nameOf(path)} `);
  return isNamed ? sentence : `${(lineOf ?? nameOf)(path)}: ${sentence}`;
}

/** `methods[1].lambda` */
export function dotted(path: Path): string {
  const parts = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  return parts.join('').replace(/^[.]/, '');
}

export const inProgram: Where = { nameOf: dotted, help: 'docs/compare.md explains every option.' };

/** The parts of a list are words of one flag, which `words` has; `flags` are those of options. */
export function onCommandLine(
  words: Readonly<Record<string, readonly string[]>>,
  flags: ReadonlyMap<string, string>,
  help: string,
): Where {
  return {
    nameOf([key = '', position]) {
      const name = String(key);
      const word = typeof position === 'number' ? words[name]?.[position] : undefined;
      const flag = name === 'data' ? 'DATA' : `--${flags.get(name) ?? flagName(name)}`;
      return word === undefined ? flag : `${flag} ${word}`;
    },
    help,
  };
}
