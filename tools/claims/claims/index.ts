import type { Claim } from '../claim.js';
import { adaptationHelps } from './adaptation-helps.js';
import { beatsBestPrior } from './beats-best-prior.js';
import { beatsDrTune } from './beats-dr-tune.js';
import { beatsFineTuning } from './beats-fine-tuning.js';
import { beatsFnp } from './beats-fnp.js';
import { beatsOthers } from './beats-others.js';
import { highestEntropy } from './entropy.js';
import { keepsTheNorm } from './feature-norm.js';
import { smallerHeadGradient } from './head-gradient.js';
import { interHelps } from './inter-helps.js';
import { intraHelps } from './intra-helps.js';
import { gainsMoreWithLessData } from './less-data.js';
import { littleMemory } from './memory.js';
import { highestMutualInformation } from './mutual-information.js';
import { randomFeaturesBeatFineTuning } from './random-features.js';
import { littleTime } from './time.js';

/** What the AdaRand paper says, in the order of the document. */
export const claims: readonly Claim[] = [
  beatsFineTuning,
  randomFeaturesBeatFineTuning,
  beatsBestPrior,
  beatsFnp,
  beatsDrTune,
  beatsOthers,
  gainsMoreWithLessData,
  intraHelps,
  interHelps,
  adaptationHelps,
  keepsTheNorm,
  highestEntropy,
  highestMutualInformation,
  smallerHeadGradient,
  littleTime,
  littleMemory,
];
