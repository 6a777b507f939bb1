import type { Distribution } from '../methods/losses.js';
import type { Random } from '../random.js';

/** Fills an array with independent draws. */
export function fillNoise(
  data: { [index: number]: number; readonly length: number },
  distribution: Distribution,
  random: Random,
): void {
  if (distribution === 'normal') for (let i = 0; i < data.length; i++) data[i] = random.normal();
  else if (distribution === 'uniform') for (let i = 0; i < data.length; i++) data[i] = random.uniform();
  else for (let i = 0; i < data.length; i++) data[i] = random.beta(distribution.beta);
}
