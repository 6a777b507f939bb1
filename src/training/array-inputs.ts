import { type Shape, sizeOf } from '../graph/tensor.js';
import { input, type Value } from '../graph/value.js';
import type { InputMakers } from '../methods/inputs.js';
import { crossEntropy } from '../nn/functional.js';
import { checkGiven, refusedInputs } from './check-given.js';
import type { MethodLossInputs, Numbers } from './method-loss.js';

type Rows = readonly (readonly number[])[];

/** Given arrays as what a method can need. */
export interface ArrayInputs {
  readonly makers: InputMakers;
  readonly sizes: { readonly batchSize: number; readonly classes: number; readonly featureSize: number };
  /** The values that gradients are taken for, by name. */
  readonly differentiable: ReadonlyMap<string, Value>;
}

/**
 * Turns arrays into graph inputs, and puts their numbers into `feeds`.
 *
 * @throws AdarandError `method.inputs` for arrays that do not fit, or are missing; a maker throws it for an array that is missing.
 */
export function arrayInputs(inputs: MethodLossInputs, feeds: Map<string, Float64Array>): ArrayInputs {
  checkGiven(inputs);
  const { classes, labels, statistics, parameters = [], sourceBatch, pretrainedLogits } = inputs;
  const batchSize = inputs.features.length;
  const featureSize = inputs.features[0]?.length ?? 0;
  checkLabels('labels', labels, batchSize, classes);
  if (sourceBatch !== undefined)
    checkLabels(
      'labels of sourceBatch',
      sourceBatch.labels,
      sourceBatch.features.length,
      sourceBatch.classes,
    );
  const differentiable = new Map<string, Value>();
  const feed = (name: string, shape: Shape, data: ArrayLike<number>, dtype: 'float32' | 'int32') => {
    if (data.length !== sizeOf(shape))
      throw refusedInputs(`${name} has ${data.length} numbers instead of [${shape}]`);
    feeds.set(name, Float64Array.from(data));
    return input(name, { dtype, shape });
  };
  const fixed = (name: string, shape: Shape, data: ArrayLike<number>) => feed(name, shape, data, 'float32');
  const trained = (name: string, shape: Shape, data: ArrayLike<number>) => {
    const value = fixed(name, shape, data);
    differentiable.set(name, value);
    return value;
  };
  const rows = (name: string, given: Rows | undefined, count: number, width: number) =>
    trained(
      name,
      [count, width],
      given === undefined ? new Float64Array(count * width) : flat(name, given, width),
    );
  const mapsOf = (given: Readonly<Record<string, Numbers>> | undefined, make: typeof fixed) =>
    new Map(Object.entries(given ?? {}).map(([role, { shape, data }]) => [role, make(role, shape, data)]));

  const features = rows('features', inputs.features, batchSize, featureSize);
  const logits = rows('logits', inputs.logits, batchSize, classes);
  const head = {
    weight: rows('head.weight', inputs.head?.weight, classes, featureSize),
    bias: trained('head.bias', [classes], inputs.head?.bias ?? new Float64Array(classes)),
  };
  const trainedParameters = parameters.map(({ name, kind, value: { shape, data }, pretrained }) => ({
    name,
    kind,
    value: trained(name, shape, data),
    pretrained: pretrained && fixed(`pretrained:${name}`, shape, pretrained),
  }));
  const featureMaps = mapsOf(inputs.featureMaps, trained);
  const scores =
    pretrainedLogits &&
    rows('pretrainedLogits', pretrainedLogits, batchSize, pretrainedLogits[0]?.length ?? 0);
  const images = sourceBatch?.labels.length ?? 0;
  const source = sourceBatch && {
    features: rows('sourceBatch.features', sourceBatch.features, images, featureSize),
    labels: feed('sourceBatch.labels', [images], sourceBatch.labels, 'int32'),
    oneHot: fixed(
      'sourceBatch.oneHot',
      [images, sourceBatch.classes],
      oneHotRows(sourceBatch.labels, sourceBatch.classes),
    ),
  };
  const oneHot = () => fixed('oneHot', [batchSize, classes], oneHotRows(labels, classes));
  return {
    sizes: { batchSize, classes, featureSize },
    differentiable,
    makers: {
      features: () => features,
      logits: () => logits,
      head: () => head,
      parameters: () => trainedParameters,
      featureMaps: () => featureMaps,
      labels: () => feed('labels', [batchSize], labels, 'int32'),
      oneHot,
      crossEntropy: () => crossEntropy(logits, oneHot()),
      classStatistics: () => given(statistics, 'statistics').perClass,
      featureStatistics: () => given(statistics, 'statistics').overall,
      pretrainedFeatures: () =>
        fixed(
          'pretrained:features',
          [batchSize, featureSize],
          flat('pretrainedFeatures', given(inputs.pretrainedFeatures, 'pretrainedFeatures'), featureSize),
        ),
      pretrainedFeatureMaps: () =>
        mapsOf(inputs.pretrainedFeatureMaps, (role, ...rest) => fixed(`pretrained:${role}`, ...rest)),
      pretrainedLogits: () => given(scores, 'pretrainedLogits'),
      sourceBatch: () => given(source, 'sourceBatch'),
    },
  };
}

function checkLabels(what: string, labels: readonly number[], batchSize: number, classes: number): void {
  const fits = (label: number) => Number.isInteger(label) && label >= 0 && label < classes;
  if (labels.length !== batchSize || !labels.every(fits))
    throw refusedInputs(
      `${what} should be ${batchSize} whole numbers below ${classes}, one for each row of features`,
    );
}

/** All rows after each other; another length of one is not made up for by that of the next. */
function flat(name: string, rows: Rows, width: number): number[] {
  const other = rows.findIndex(({ length }) => length !== width);
  if (other >= 0)
    throw refusedInputs(`row ${other} of ${name} has ${rows[other]?.length} numbers instead of ${width}`);
  return rows.flat();
}

function oneHotRows(labels: readonly number[], classes: number): number[] {
  return labels.flatMap((label) => Array.from({ length: classes }, (_, k) => Number(k === label)));
}

function given<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw refusedInputs(`the method needs ${name}`);
  return value;
}
