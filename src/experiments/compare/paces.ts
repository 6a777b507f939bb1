import { invariant } from '../../errors.js';
import type { RunPace } from '../../run/operations/measure-run.js';
import type { ExperimentRun } from './record.js';

/** A run whose steps were measured. */
export interface MeasuredRun {
  readonly run: ExperimentRun;
  /** Training images. */
  readonly images: number;
  readonly pace: RunPace;
}

/**
 * Of runs that differ in more than their seed, those by which the others can be told: for each network, the first method on the
 * smallest and the largest part of each dataset, and every other method on the largest part of the first dataset.
 */
export function toMeasure(kinds: readonly ExperimentRun[]): ExperimentRun[] {
  const [first] = kinds;
  if (first === undefined) return [];
  const fractions = kinds.map(({ fraction }) => fraction);
  const [least, most] = [Math.min(...fractions), Math.max(...fractions)];
  return kinds.filter(({ dataset, method, fraction }) =>
    method === first.method
      ? fraction === least || fraction === most
      : dataset === first.dataset && fraction === most,
  );
}

type Seconds = Pick<RunPace, 'epoch_seconds' | 'around_seconds'>;

/**
 * What an epoch of a run takes, and all around its epochs: that of the first method on its dataset, linear in the images between
 * the two that were measured, times what its method takes relative to the first one.
 */
export function paceOf(
  { dataset, model, method }: ExperimentRun,
  images: number,
  measured: readonly MeasuredRun[],
): Seconds {
  const ofModel = measured.filter(({ run }) => run.model === model);
  const [reference] = ofModel;
  invariant(reference !== undefined, `${model} was measured`);
  const first = reference.run.method;
  const plain = seconds(
    ofModel.filter(({ run }) => run.method === first && run.dataset === dataset),
    images,
  );
  if (method === first) return plain;
  const own = ofModel.find(({ run }) => run.method === method);
  invariant(own !== undefined, `${method} was measured`);
  const beside = seconds(
    ofModel.filter(({ run }) => run.method === first && run.dataset === own.run.dataset),
    own.images,
  );
  return {
    epoch_seconds: (plain.epoch_seconds * own.pace.epoch_seconds) / beside.epoch_seconds,
    around_seconds: (plain.around_seconds * own.pace.around_seconds) / beside.around_seconds,
  };
}

/** Of one method on one dataset. */
function seconds(measured: readonly MeasuredRun[], images: number): Seconds {
  const [small, large = small] = [...measured].sort((a, b) => a.images - b.images);
  invariant(small !== undefined && large !== undefined, 'its dataset was measured');
  const share = large.images === small.images ? 0 : (images - small.images) / (large.images - small.images);
  const between = (of: (pace: RunPace) => number) =>
    of(small.pace) + share * (of(large.pace) - of(small.pace));
  return {
    epoch_seconds: between(({ epoch_seconds }) => epoch_seconds),
    around_seconds: between(({ around_seconds }) => around_seconds),
  };
}
