import { z } from 'zod';
import { AdarandError } from '../errors.js';
import type { Tensors } from '../graph/tensor.js';
import type { AboutWith, MethodAbout } from './about.js';
import { checkLosses } from './check-losses.js';
import type { EpochCallback, SourceSamplerContext } from './host.js';
import type { MethodInputs, Need } from './inputs.js';
import type { LambdaUnit } from './lambda-unit.js';
import type { LossTools, MethodLosses } from './losses.js';
import { optionIssue } from './option-issue.js';
import type { PrepareTools } from './prepare.js';

/** What is known of a method before its options are. */
export interface MethodDescription {
  /** Its name on the command line. */
  readonly name: string;
  readonly title: string;
  /** Authors, venue, arXiv number. */
  readonly paper: string;
  /** The loss, in plain mathematics. */
  readonly formula: string;
  /** Its publications, equations, symbols, departures: every method that is built in has them. */
  readonly about?: MethodAbout;
  /** The weight unless one is given; `about.defaults.lambda` says where it comes from. */
  readonly defaultLambda: number;
  /** What its penalty grows with, and its weight is relative to. */
  readonly lambdaUnit: LambdaUnit;
  /** What is trained: everything (unless said), or the new head alone, over the network as it was pretrained. */
  readonly trains?: 'all' | 'head';
  /** Whether its losses take the place of the optimizer's weight decay, which is then 0 unless asked for. */
  readonly replacesWeightDecay?: boolean;
  /** Whether it has a classification loss of its own (`taskLoss`): then nothing can be changed about the cross-entropy. */
  readonly replacesTaskLoss?: boolean;
}

/** A method whose options are known, as plain data: what it needs, and functions of what it then gets. */
export interface Bound<N extends Need = Need> {
  readonly needs: readonly N[];
  /** Computes tensors from the pretrained network and the images, once, before training. They are kept with the run. */
  prepare?(tools: PrepareTools): Promise<Tensors>;
  /** For a method that needs `sourceBatch`: as many positions of source images as the batch has images. */
  sourceSampler?(context: SourceSamplerContext): Int32Array;
  /** For a method whose state depends on how training goes. */
  readonly epochCallback?: EpochCallback;
  /** Builds the method's part of the step's graph, from a record of exactly what it needs. */
  loss(inputs: Pick<MethodInputs, N>, tools: LossTools): MethodLosses;
}

/** A bound method with its description, and its options with their defaults. */
export interface BoundMethod extends Bound, MethodDescription {
  readonly options: unknown;
  /** Names of the options that, whatever their values, change nothing beside the values of the others, if any. */
  readonly unused?: readonly string[];
}

/** A way to fine-tune: a method of the paper, or of a user. One file, read in one screen. */
export interface Method extends MethodDescription {
  /** Validates options and fills in defaults; each field is described. What it returns, it accepts again. */
  readonly options: z.ZodType;
  /** @throws AdarandError `method.option` for options that the schema refuses. */
  bind(options?: unknown): BoundMethod;
}

/** A method as its file writes it: `bind` gets options that are validated and typed. */
export interface MethodDefinition<Options extends z.ZodType> extends MethodDescription {
  readonly options: Options;
  readonly about?: AboutWith<keyof z.input<Options> & string>;
  /** Names of options that, whatever their values, change nothing beside the values of the others; default none. */
  unused?(options: z.output<Options>): readonly string[];
  bind(options: z.output<Options>): Bound;
}

/**
 * Makes a method of its definition.
 *
 *     defineMethod({ name, ..., options: z.strictObject({ k: z.number().default(1) }),
 *       bind: ({ k }) => bound({ needs: ['features'], loss: ({ features }) => ({ penalty: ... }) }) })
 */
export function defineMethod<Options extends z.ZodType>(definition: MethodDefinition<Options>): Method {
  const { bind, unused, ...rest } = definition;
  return {
    ...rest,
    bind(given = {}) {
      const result = definition.options.safeParse(given, { reportInput: true });
      if (!result.success) throw refusedOptions(definition, result.error);
      const { options: _, ...description } = rest;
      const method = definition.bind(result.data);
      const loss: Bound['loss'] = (inputs, tools) => checkLosses(rest.name, method.loss(inputs, tools));
      return { ...description, ...method, options: result.data, unused: unused?.(result.data) ?? [], loss };
    },
  };
}

/** Types a method's `loss` by what it declares to need: an input that is not declared does not compile. */
export function bound<const N extends Need>(method: Bound<N>): Bound {
  return method;
}

function refusedOptions(
  { name, options }: Pick<Method, 'name' | 'options'>,
  { issues }: z.ZodError,
): AdarandError {
  const known = options instanceof z.ZodObject ? Object.keys(options.shape) : undefined;
  const problems = issues.map((issue) => `${issue.path.join('.')}: ${optionIssue(issue)}`);
  return new AdarandError(
    'method.option',
    `${name} cannot use these options: ${problems.join('; ')}`,
    known && (known.length === 0 ? 'It has no options.' : `Its options are ${known.join(', ')}.`),
  );
}
