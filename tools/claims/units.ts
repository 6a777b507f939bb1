import { signed } from '../../src/figures/comparison.js';

/** How a quantity is written. */
export interface Unit {
  /** What follows the numbers; empty where they say it themselves. */
  readonly name: string;
  text(value: number): string;
  /** Whether what is written falls where the value rises. */
  readonly falls?: boolean;
}

/** `+0.37 to +2.79`, the lower number first. */
export function intervalText({ text, falls = false }: Unit, low: number, high: number): string {
  return (falls ? [high, low] : [low, high]).map(text).join(' to ');
}

export const points: Unit = { name: 'points', text: signed };

/** Of entropies, which grow with the number of features. */
export const natsPerFeature: Unit = {
  name: 'nats per feature',
  text: (value) => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`,
};

/** Of a logarithm: the ratio. */
export const times: Unit = { name: '', text: (value) => `× ${Math.exp(value).toFixed(2)}` };

/** Of the logarithm of a ratio that is the better the smaller it is, with its sign turned: the ratio. */
export const timesLess: Unit = { name: '', text: (value) => times.text(-value), falls: true };
