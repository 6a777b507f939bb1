/**
 * A learning rate's course: the factor on the base rate at step t (0-based) of T.
 */
export type Schedule = (step: number, totalSteps: number) => number;

/** The same rate throughout. */
export const constant: Schedule = () => 1;

/** Multiplied by `gamma` at each milestone, given as a fraction of training. The paper: 0.1 at 60, 120, 160 of 200 epochs. */
export function multiStep(milestones: readonly number[] = [0.3, 0.6, 0.8], gamma = 0.1): Schedule {
  return (step, total) =>
    gamma ** milestones.filter((fraction) => step >= Math.round(fraction * total)).length;
}

/** Half a cosine, from 1 to 0 (Loshchilov and Hutter 2017). */
export const cosine: Schedule = (step, total) => 0.5 * (1 + Math.cos((Math.PI * step) / total));

/** cos(7 pi t / 16 T), which ends at 0.195: the schedule of FixMatch, used by the paper for AdamW and for the priors. */
export const cosine716: Schedule = (step, total) => Math.cos((7 * Math.PI * step) / (16 * total));

/** Linear warm-up from 0 over `steps` steps, then the inner schedule over what remains. */
export function warmUp(inner: Schedule, steps: number): Schedule {
  return (step, total) =>
    step < steps ? step / Math.max(1, steps) : inner(step - steps, Math.max(1, total - steps));
}

/** Schedules by the names of the command line. */
export const schedules = {
  constant,
  'multi-step': multiStep(),
  cosine,
  'cosine-7-16': cosine716,
} satisfies Readonly<Record<string, Schedule>>;
