import type { Claim } from '../claim.js';
import { adaRand, plain } from '../contestants.js';
import { inCostTable } from '../paper.js';
import { moreAccurate } from '../parts.js';
import { points } from '../units.js';

/** Those of the table of time and memory that Table 2 lacks. */
const others = [
  ['l2-sp', 'L2-SP'],
  ['delta', 'DELTA'],
  ['bss', 'BSS'],
  ['core-tuning', 'Core-tuning'],
  ['co-tuning', 'Co-Tuning'],
  ['uot', 'UOT'],
] as const;

export const beatsOthers: Claim = {
  title: 'AdaRand beats every other method',
  paper: `${others.map(([name, title]) => `${points.text(inCostTable(name).value)} points to ${title}`).join(', ')} (${inCostTable('uot').where})`,
  parts: others.map(([name, title]) => moreAccurate(adaRand, plain(name, title), inCostTable(name))),
};
