import { z } from 'zod';
import { placeSchema } from '../../../src/experiments/compare/record.js';
import { requestSchema } from '../../../src/experiments/compare/request.js';
import { machineSchema } from '../../../src/run/folder/describe-machine.js';

/** Measures of a split's features that evidence keeps, in the order of its numbers (docs/diagnostics.md). */
export const measureNames = [
  'norm_of_mean_feature',
  'entropy',
  'conditional_entropy',
  'mutual_information',
] as const;

export type MeasureName = (typeof measureNames)[number];

const count = z.int().min(0);
const positive = z.int().min(1);
const share = z.number().min(0).max(1);
const cellSchema = placeSchema.omit({ seed: true });

/** Null where it was not defined. */
const measuresSchema = z.array(z.number().nullable()).length(measureNames.length);

/** What was measured after an epoch; of a split, null without `--diagnostics`, or without images. */
const epochSchema = z.strictObject({
  epoch: positive,
  /** Mean over the epoch's batches. */
  head_gradient_norm: z.number().nullable(),
  train: measuresSchema.nullable(),
  val: measuresSchema.nullable(),
});

export type EpochFinding = z.infer<typeof epochSchema>;

const finishedSchema = z.strictObject({
  ...placeSchema.shape,
  status: z.literal('finished'),
  /** Test images that were classified rightly by the kept epoch's network; null where none was looked at. */
  test_right: count.nullable(),
  /** Of the kept epoch. */
  val_accuracy: share.nullable(),
  /** The epoch that was kept. */
  best_epoch: count,
  epochs: count,
  lambda: z.number().min(0),
  effective_lambda: z.number().min(0),
  learning_rate: z.number().positive(),
  /** Median over epochs, with validation and diagnostics; null where none is logged. */
  seconds_per_epoch: z.number().min(0).nullable(),
  /** The same without them; null where epochs were not timed. */
  training_seconds_per_epoch: z.number().nullable(),
  /** Of a run that had a process of its own; null for others. */
  peak_memory_bytes: count.nullable(),
  /** Place in `machines`. */
  machine: count,
  /** When it began, ISO 8601. */
  date: z.iso.date(),
  /** The first epoch in which there was training, and the last one; null where there was none. */
  first: epochSchema.nullable(),
  last: epochSchema.nullable(),
});

const runSchema = z.discriminatedUnion('status', [
  finishedSchema,
  z.strictObject({ ...placeSchema.shape, status: z.literal('failed'), why: z.string() }),
  z.strictObject({ ...placeSchema.shape, status: z.literal('unfinished') }),
]);

export type RunFinding = z.infer<typeof runSchema>;
export type FinishedFinding = z.infer<typeof finishedSchema>;

const { methods, fractions, seeds, preset, search, options } = requestSchema.shape;

/** An experiment in a few kilobytes: what claims about methods are decided by, and what that depends on. */
const contentSchema = z.strictObject({
  format: z.literal(1),
  name: z.string().min(1),
  /** What was asked for. */
  request: z.strictObject({
    methods: z.array(methods.element.omit({ file: true })).min(1),
    fractions,
    seeds,
    preset,
    search,
    options,
  }),
  /** What the numbers of a split are, in their order. */
  measures: z.array(z.enum(measureNames)).refine((names) => names.join() === measureNames.join(), {
    error: `are to be ${measureNames.join(', ')}`,
  }),
  networks: z.array(
    z.strictObject({
      name: z.string(),
      fingerprint: z.string(),
      feature_size: positive,
    }),
  ),
  machines: z.array(z.strictObject({ ...machineSchema.shape, threads: positive })),
  /** How many images, and of which classes; the same for every method. */
  images: z.array(
    z.strictObject({
      ...placeSchema.pick({ dataset: true, fraction: true, seed: true }).shape,
      classes: positive,
      train: positive,
      val: count,
      test: count,
      fingerprint: z.string(),
    }),
  ),
  /** What was tried on the first seed, and the configuration that all seeds have. */
  searches: z.array(
    z.strictObject({
      ...cellSchema.shape,
      /** Null until all are tried. */
      chosen: count.nullable(),
      tried: z.array(
        z.strictObject({
          configuration: count,
          learning_rate: z.number().positive().nullable(),
          lambda: z.number().min(0).nullable(),
          /** Null where it failed. */
          val_accuracy: share.nullable(),
        }),
      ),
    }),
  ),
  runs: z.array(runSchema).min(1),
});

export type Evidence = z.infer<typeof contentSchema>;

/** Reading checks that what was found is what an experiment can have written. */
export const evidenceSchema = contentSchema.superRefine((evidence, context) => {
  for (const message of contradictionsIn(evidence)) context.addIssue({ code: 'custom', message });
});

/** What no experiment can have written. */
function contradictionsIn({ request, networks, machines, images, runs }: Evidence): string[] {
  const found: string[] = [];
  const labels = new Set(request.methods.map(({ label }) => label));
  const seen = new Set<string>();
  for (const run of runs) {
    const { dataset, model, method, fraction, seed } = run;
    const what = `${dataset}, ${model}, ${method}, ${fraction}, seed ${seed}`;
    if (seen.has(what)) found.push(`${what} is there twice`);
    seen.add(what);
    if (!labels.has(method)) found.push(`${what}: the experiment has no such method`);
    if (run.status !== 'finished') continue;
    if (!networks.some(({ name }) => name === model)) found.push(`${what}: its network is not described`);
    if (run.machine >= machines.length) found.push(`${what}: its machine is not described`);
    if (run.best_epoch > run.epochs) found.push(`${what}: the kept epoch is after the last one`);
    const own = images.filter(
      (one) => one.dataset === dataset && one.fraction === fraction && one.seed === seed,
    );
    const [split] = own;
    if (split === undefined || own.length > 1)
      found.push(`${what}: its images are described ${own.length} times`);
    else if ((run.test_right ?? 0) > split.test)
      found.push(`${what}: more are right than there are test images`);
  }
  return found;
}
