import { adam, adamw } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { sgd } from './sgd.js';

/** Optimizers by the names of the command line. */
export const optimizers = {
  sgd: () => sgd(),
  adam: () => adam(),
  adamw: () => adamw(),
} satisfies Readonly<Record<string, () => Optimizer>>;
