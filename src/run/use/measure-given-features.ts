import type { z } from 'zod';
import { AdarandError, at } from '../../errors.js';
import { firstNotFinite } from '../../graph/first-not-finite.js';
import { float32 } from '../../graph/tensor.js';
import { FeatureEntropies } from '../../training/feature-entropies.js';
import { measureFeatures } from '../../training/feature-measures.js';
import { compileOptionsFor } from '../device/compile-options.js';
import type { RunHost } from '../events.js';
import type { FeatureMeasures, measureFeaturesOptionsSchema } from '../operations/measure-features.js';

type Options = z.output<typeof measureFeaturesOptionsSchema>;

/** @throws AdarandError `features.shape`, `features.label`, `features.not-finite`, `device.unavailable`. */
export async function measureGivenFeatures(options: Options, host: RunHost): Promise<FeatureMeasures> {
  const { labels, device, threads } = options;
  const features = Float32Array.from(options.features);
  const d = features.length / labels.length;
  checkFeatures(features, labels);
  const entropies = await FeatureEntropies.compile(d, await compileOptionsFor(device, threads));
  host.emit({ type: 'phase', phase: 'diagnose' });
  try {
    return await measureFeatures(float32([labels.length, d], features), labels, entropies, (done, total) =>
      host.emit({ type: 'progress', phase: 'diagnose', done, total }),
    );
  } finally {
    await entropies.release();
  }
}

function checkFeatures(features: Float32Array, labels: Options['labels']): void {
  const n = labels.length;
  if (n < 2 || features.length === 0 || features.length % n !== 0)
    throw new AdarandError(
      'features.shape',
      `${features.length} numbers are not features of one length for ${n} labels`,
      'Give n rows of d numbers, one after the other, and n labels; n is at least 2.',
    );
  const wrong = labels.findIndex((label) => !Number.isInteger(label));
  if (wrong >= 0)
    throw new AdarandError(
      'features.label',
      `labels[${wrong}] is ${labels[wrong]}, not a whole number`,
      'Number the classes: 0, 1, 2 ...',
    );
  const place = firstNotFinite(features);
  if (place >= 0)
    throw new AdarandError(
      'features.not-finite',
      `features[${place}] is ${at(features, place)}`,
      'Leave out the samples whose features are not finite.',
    );
}
