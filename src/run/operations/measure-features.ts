import { z } from 'zod';
import { featureMeasuresShape } from '../folder/diagnostics-record.js';
import { deviceOptions } from '../options/device-options.js';
import { optionRegistry } from '../options/option.js';
import { Operation } from './operation.js';

type Numbers = Float32Array | Int32Array | number[];

const numbers = () =>
  z.custom<Numbers>(
    (given) =>
      given instanceof Float32Array ||
      given instanceof Int32Array ||
      (Array.isArray(given) && given.every((value) => typeof value === 'number')),
    { error: 'must be a Float32Array, an Int32Array or an array of numbers' },
  );

export const measureFeaturesOptionsSchema = z.strictObject({
  features: numbers().register(optionRegistry, {
    description: 'Features of n samples, row by row: n times d numbers; they are kept in single precision.',
    group: 'Input and output',
    value: 'numbers',
  }),
  labels: numbers().register(optionRegistry, {
    description: 'Class of each sample, a whole number; there are at least two samples.',
    group: 'Input and output',
    value: 'numbers',
  }),
  ...deviceOptions,
});

const featureMeasuresSchema = z.object(featureMeasuresShape);

/** What `measureFeatures` gives. */
export type FeatureMeasures = z.infer<typeof featureMeasuresSchema>;

/** Norms, entropies and mutual information of features and their classes. */
export const measureFeatures = new Operation({
  name: 'measure-features',
  request: measureFeaturesOptionsSchema,
  result: featureMeasuresSchema,
  perform: async (options, host) =>
    (await import('../use/measure-given-features.js')).measureGivenFeatures(options, host),
});
