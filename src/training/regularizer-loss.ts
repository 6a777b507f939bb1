import { gradients } from '../autodiff/gradients.js';
import { AdarandError, at } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { sizeOf } from '../graph/tensor.js';
import { input, type Value } from '../graph/value.js';
import { Random } from '../random.js';
import type { Regularizer } from '../regularizers/regularizer.js';
import { regularize } from './regularize.js';
import type { SourceStatistics } from './statistics.js';
import { StepParts } from './step-parts.js';

export interface RegularizerInputs {
  /** [B][d] */
  readonly features: readonly (readonly number[])[];
  /** [B], from 0 to K - 1. */
  readonly labels: readonly number[];
  /** K */
  readonly classes: number;
  /** [B][K]; zeros unless given. */
  readonly logits?: readonly (readonly number[])[];
  readonly statistics?: SourceStatistics;
  /** The method's options; its defaults unless given. */
  readonly options?: unknown;
  /** What its random inputs are, in the order in which it asks for them; drawn with `seed` unless given. */
  readonly noise?: readonly ArrayLike<number>[];
  readonly seed?: number;
  /** Values of its state, by name; its initial values unless given. */
  readonly state?: Readonly<Record<string, ArrayLike<number>>>;
  /** 0-based, of `totalSteps`; sets the rates of a learned state. */
  readonly step?: number;
  readonly totalSteps?: number;
}

export interface RegularizerOutputs {
  /** The term, before its weight; 0 for a method without one. */
  readonly term: number;
  /** [B d] and [B K], row-major. */
  readonly gradients: { readonly features: Float64Array; readonly logits: Float64Array };
  /** Every state after one update, by name, the slots of its own optimizer included. */
  readonly nextState: Readonly<Record<string, Float64Array>>;
  /** The method's own scalars: `objective` where it learns, and what else it logs. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Evaluates a method by itself, on given arrays, without a network and without ONNX Runtime: its term, the term's
 * gradients, and one update of its state, in double precision. For tests, and for whoever designs a method.
 *
 * @throws AdarandError `regularizer.inputs` where the arrays do not fit together.
 */
export function regularizerLoss(regularizer: Regularizer, inputs: RegularizerInputs): RegularizerOutputs {
  const { classes, labels } = inputs;
  const batchSize = inputs.features.length;
  const featureSize = inputs.features[0]?.length ?? 0;
  if (
    labels.length !== batchSize ||
    labels.some((label) => !Number.isInteger(label) || label < 0 || label >= classes)
  )
    throw new AdarandError(
      'regularizer.inputs',
      `${labels.length} labels below ${classes} for ${batchSize} features`,
    );

  const feeds = new Map<string, Float64Array>();
  const feed = (
    name: string,
    shape: readonly number[],
    data: Iterable<number>,
    dtype: 'float32' | 'int32' = 'float32',
  ) => {
    const array = Float64Array.from(data);
    if (array.length !== sizeOf(shape))
      throw new AdarandError(
        'regularizer.inputs',
        `${name} has ${array.length} numbers instead of [${shape}]`,
      );
    feeds.set(name, array);
    return input(name, { dtype, shape });
  };
  const oneHot = labels.flatMap((label) => Array.from({ length: classes }, (_, k) => Number(k === label)));
  const logitRows = inputs.logits?.flat() ?? new Array<number>(batchSize * classes).fill(0);
  const values = {
    features: feed('features', [batchSize, featureSize], inputs.features.flat()),
    logits: feed('logits', [batchSize, classes], logitRows),
    labels: feed('labels', [batchSize], labels, 'int32'),
    oneHot: feed('one_hot', [batchSize, classes], oneHot),
  };

  const parts = new StepParts();
  const options = regularizer.options.parse(inputs.options ?? {});
  const { statistics } = inputs;
  const term = regularize(parts, {
    regularizer,
    options,
    values,
    statistics,
    batchSize,
    classes,
    featureSize,
  });

  for (const [name, { data }] of parts.state)
    feeds.set(name, Float64Array.from(inputs.state?.[bare(name)] ?? Array.from(data, Number)));
  parts.noise.forEach(({ name, distribution, shape }, i) => {
    const random = new Random(inputs.seed ?? 0, 'noise', inputs.step ?? 0, i);
    const draw = () => (distribution === 'normal' ? random.normal() : random.uniform());
    feeds.set(name, Float64Array.from(inputs.noise?.[i] ?? Array.from({ length: sizeOf(shape) }, draw)));
  });
  const position = { step: inputs.step ?? 0, totalSteps: inputs.totalSteps ?? 1 };
  for (const [name, value] of parts.scalars) feeds.set(name, Float64Array.of(value(position)));

  const evaluate = (wanted: readonly Value[]) => interpret(wanted, feeds);
  const slopes = term === undefined ? undefined : evaluate(gradients(term, [values.features, values.logits]));
  const record = <T>(entries: ReadonlyMap<string, Value>, convert: (data: Float64Array) => T) =>
    Object.fromEntries(
      evaluate([...entries.values()]).map((data, i) => [bare(at([...entries.keys()], i)), convert(data)]),
    );
  const unchanged = [...parts.state.keys()].filter((name) => !parts.updates.has(name));
  return {
    term: term === undefined ? 0 : at(at(evaluate([term]), 0), 0),
    gradients: {
      features: slopes?.[0] ?? new Float64Array(batchSize * featureSize),
      logits: slopes?.[1] ?? new Float64Array(batchSize * classes),
    },
    nextState: {
      ...Object.fromEntries(unchanged.map((name) => [bare(name), feeds.get(name) ?? new Float64Array()])),
      ...record(parts.updates, (data) => data),
    },
    metrics: record(parts.outputs, (data) => at(data, 0)),
  };
}

/** A state's name as its method knows it. */
const bare = (name: string): string => name.replace(/^regularizer\./, '');
