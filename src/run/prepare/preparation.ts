import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { readSafetensors, writeSafetensors } from '../../files/safetensors.js';
import type { Tensor, Tensors } from '../../graph/tensor.js';
import type { BoundMethod } from '../../methods/method.js';
import type { PrepareTools } from '../../methods/prepare.js';
import type { LinearClassifier } from '../../methods/shared/logistic-regression.js';
import { linearProbe } from '../../training/linear-probe.js';
import { checkTensors } from '../../training/method-tensors.js';
import { HEAD_BIAS, HEAD_WEIGHT, METHOD_PREFIX } from '../../training/state-names.js';
import type { PretrainedStatistics } from '../../training/statistics.js';
import { needsStatistics } from '../options/settings.js';
import type { AskedOptions } from '../options/train-options.js';

/** What a run computes from the pretrained network and its images before training, once: a resumed run reads it. */
export interface Preparation {
  /** Of the features; where the method, or its weight's unit, depends on them. */
  readonly statistics: PretrainedStatistics | undefined;
  /** The head of a linear probe, where one was asked for. */
  readonly head: LinearClassifier | undefined;
  /** What the method's `prepare` made. */
  readonly method: Tensors;
}

/** Which parts a run has. */
export type ExpectedParts = { readonly [Part in keyof Preparation]: boolean };

export function expectedParts(options: AskedOptions, method: BoundMethod): ExpectedParts {
  return {
    statistics: needsStatistics(options, method),
    head: options.head === 'linear-probe',
    method: method.prepare !== undefined,
  };
}

const isNothing = (parts: ExpectedParts): boolean => !Object.values(parts).includes(true);

/** Computes what precedes training, apart from the statistics, which the settings depend on. */
export async function prepareRun(
  tools: PrepareTools,
  given: {
    readonly method: BoundMethod;
    readonly head: 'random' | 'linear-probe';
    readonly statistics: PretrainedStatistics | undefined;
  },
): Promise<Preparation> {
  const { method, statistics } = given;
  const head = given.head === 'linear-probe' ? await linearProbe(tools) : undefined;
  const prepared = (await method.prepare?.(tools)) ?? {};
  return { statistics, head, method: checkTensors(method.name, 'prepare', prepared) };
}

/** Writes a file, also for a method that prepared no tensors; no file where a run has no preparation. */
export async function savePreparation(
  path: string,
  preparation: Preparation,
  expected: ExpectedParts,
): Promise<void> {
  if (isNothing(expected)) return;
  const { statistics, method, head } = preparation;
  const tensors = new Map<string, Tensor>(
    Object.entries(method).map(([name, tensor]) => [METHOD_PREFIX + name, tensor]),
  );
  if (head !== undefined) tensors.set(HEAD_WEIGHT, head.weight).set(HEAD_BIAS, head.bias);
  if (statistics !== undefined) {
    const { perClass, overall } = statistics;
    tensors.set('class_mean', perClass.mean).set('class_std', perClass.std);
    tensors.set('mean', overall.mean).set('std', overall.std);
  }
  await writeSafetensors(
    path,
    tensors,
    statistics === undefined ? {} : { mean_square: String(statistics.meanSquare) },
  );
}

/**
 * What `savePreparation` wrote, as far as it is expected to be there.
 *
 * @throws AdarandError `run.damaged`, or as `readSafetensors` does.
 */
export async function loadPreparation(path: string, expected: ExpectedParts): Promise<Preparation> {
  if (isNothing(expected)) return { statistics: undefined, head: undefined, method: {} };
  const { tensors, metadata } = await readSafetensors(path);
  const read = (name: string): Tensor<'float32'> => {
    const tensor = tensors.get(name);
    if (tensor?.dtype === 'float32') return tensor;
    throw damaged(`${path} has no tensor ${name}`);
  };
  const statistics = () => ({
    perClass: { mean: read('class_mean'), std: read('class_std') },
    overall: { mean: read('mean'), std: read('std') },
    meanSquare: meanSquareIn(path, metadata.mean_square),
  });
  const prepared = [...tensors].filter(([name]) => name.startsWith(METHOD_PREFIX));
  return {
    statistics: expected.statistics ? statistics() : undefined,
    head: expected.head ? { weight: read(HEAD_WEIGHT), bias: read(HEAD_BIAS) } : undefined,
    method: Object.fromEntries(prepared.map(([name, tensor]) => [name.slice(METHOD_PREFIX.length), tensor])),
  };
}

const meanSquareSchema = z.string().min(1).transform(Number).pipe(z.number().min(0));

function meanSquareIn(path: string, written: string | undefined): number {
  const { data } = meanSquareSchema.safeParse(written);
  if (data !== undefined) return data;
  throw damaged(`${path} has no mean square of the features`);
}

function damaged(problem: string): AdarandError {
  return new AdarandError('run.damaged', problem, 'Start the run again.');
}
