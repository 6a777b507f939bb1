import type { z } from 'zod';

/** What was typed after a command's name. */
export interface Typed {
  /** Arguments and flags that were given, by the names of the options. */
  readonly given: Readonly<Record<string, unknown>>;
  /** One JSON object per line on stdout, instead of text. */
  readonly json: boolean;
  /**
   * The same, checked by a schema, with its defaults.
   *
   * @throws AdarandError `config.invalid`, naming arguments and flags as they are typed.
   */
  parse<Schema extends z.ZodObject>(schema: Schema): z.output<Schema>;
}

/** A command of `adarand`. Its flags, their help and their checks follow from the schema of its options. */
export interface Command<Options extends z.ZodObject = z.ZodObject> {
  readonly options: Options;
  /** The options that are arguments, in the order of the usage; the others are flags. */
  readonly arguments: readonly (keyof Options['shape'] & string)[];
  run(typed: Typed): Promise<void>;
}
