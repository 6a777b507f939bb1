import { adarand } from './adarand.js';
import { borrowingTreasures } from './borrowing-treasures.js';
import { bss } from './bss.js';
import { coTuning } from './co-tuning.js';
import { coreTuning } from './core-tuning.js';
import { delta } from './delta.js';
import { drTune } from './dr-tune.js';
import { fineTuning } from './fine-tuning.js';
import { fnp } from './fnp.js';
import { headOnly } from './head-only.js';
import { l2sp } from './l2-sp.js';
import { randreg } from './randreg.js';
import { uot } from './uot.js';

/** The methods, by their names on the command line, in the order of tables: baselines first, AdaRand last. */
export const methods = {
  'fine-tuning': fineTuning,
  'head-only': headOnly,
  fnp,
  'l2-sp': l2sp,
  delta,
  bss,
  'core-tuning': coreTuning,
  'dr-tune': drTune,
  'co-tuning': coTuning,
  uot,
  'borrowing-treasures': borrowingTreasures,
  randreg,
  adarand,
} as const;

/** Names of the methods that are built in. */
export type MethodName = keyof typeof methods;

export const methodNames: readonly MethodName[] = Object.keys(methods).filter(isMethodName);

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}
