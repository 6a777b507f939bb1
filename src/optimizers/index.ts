/** `adarand/optimizers`: update rules and schedules, by name, and each by itself for what a method of your own trains. */
import { adam, adamw } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { sgd } from './sgd.js';

export type { AdamOptions } from './adam.js';
export type { Optimizer, UpdateContext, Updated } from './optimizer.js';
export * from './schedules.js';
export type { SgdOptions } from './sgd.js';
export { adam, adamw, sgd };

/** Optimizers by the names of the command line. */
export const optimizers = {
  sgd: () => sgd(),
  adam: () => adam(),
  adamw: () => adamw(),
} satisfies Readonly<Record<string, () => Optimizer>>;
