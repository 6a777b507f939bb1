import { z } from 'zod';
import { at } from '../../errors.js';
import type { TestDiagnostics } from '../../training/diagnosis.js';
import type { FeatureMeasures } from '../../training/feature-measures.js';
import type { SplitMeasure } from '../../training/split-measures.js';

/** Null for what is not defined (docs/diagnostics.md). */
const measure = z.number().nullable();
const share = z.number().min(0).max(1);

export const featureMeasuresShape = {
  norm_of_mean_feature: measure,
  mean_feature_norm: measure,
  mean_squared_feature_norm: measure,
  entropy: measure,
  entropy_without_constant: measure,
  conditional_entropy: measure,
  conditional_entropy_without_constant: measure,
  mutual_information: measure,
} satisfies Readonly<Record<keyof FeatureMeasures, z.ZodType<number | null>>>;

const measures = {
  ...featureMeasuresShape,
  top5_accuracy: share.nullable(),
  macro_f1: share.nullable(),
  log_loss: measure,
  ece: measure,
  ece_calibrated: measure,
} satisfies Readonly<Record<SplitMeasure, z.ZodType<number | null>>>;

/** What `--diagnostics` measures of the test images. */
export const diagnosticsSchema = z.object({
  ...measures,
  /** That fits the validation images. */
  temperature: z.number().positive().nullable(),
  classes: z.array(
    z.object({
      name: z.string(),
      images: z.int().min(0),
      precision: share.nullable(),
      recall: share.nullable(),
      f1: share.nullable(),
    }),
  ),
});

export type DiagnosticsRecord = z.infer<typeof diagnosticsSchema>;

export function diagnosticsRecord(
  { measures, temperature, classes }: TestDiagnostics,
  names: readonly string[],
): DiagnosticsRecord {
  return {
    ...measures,
    temperature: temperature ?? null,
    classes: classes.map(({ images, precision, recall, f1 }, k) => ({
      name: at(names, k),
      images,
      precision,
      recall,
      f1,
    })),
  };
}
