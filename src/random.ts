import { invariant } from './errors.js';
import { FNV_BASIS, fnvNext } from './fnv.js';

/** Johnk's method accepts one draw in seventy here, and ever fewer beyond. */
const LARGEST_OF_JOHNK = 4;

/**
 * Seeded random streams. A stream is named by the run's seed, a purpose and any number of counters, so the noise
 * of step 731 or the crop of image 12 in epoch 3 is a pure function of its name: resuming a run needs no
 * generator state, and one purpose drawing more numbers never shifts another's.
 *
 * Generator: xoshiro128** (Blackman and Vigna 2018), seeded by SplitMix32 over a FNV-1a hash of the name. It is
 * part of the protocol (the same seed must give the same run for years), hence written here.
 */
export type Purpose =
  | 'weights'
  | 'split'
  | 'order'
  | 'augmentation'
  | 'mixing'
  | 'noise'
  | 'subset'
  | 'source'
  | 'search'
  | 'test';

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spareNormal: number | undefined;

  constructor(seed: number, purpose: Purpose, ...counters: readonly number[]) {
    let hash = FNV_BASIS;
    const mix = (byte: number) => {
      hash = fnvNext(hash, byte);
    };
    for (const number of [seed, ...counters]) {
      // Both halves of a 53-bit integer take part.
      for (let word = number >>> 0, i = 0; i < 4; i++, word >>>= 8) mix(word & 0xff);
      for (let word = Math.floor(number / 2 ** 32) >>> 0, i = 0; i < 4; i++, word >>>= 8) mix(word & 0xff);
    }
    for (let i = 0; i < purpose.length; i++) mix(purpose.charCodeAt(i));
    const splitMix = () => {
      hash = (hash + 0x9e3779b9) | 0;
      let z = hash;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return z ^ (z >>> 16);
    };
    this.#a = splitMix();
    this.#b = splitMix();
    this.#c = splitMix();
    this.#d = splitMix() | 1; // never the all-zero state
  }

  /** Uniform 32-bit unsigned integer. */
  uint32(): number {
    const scrambled = Math.imul(this.#b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number {
    return this.uint32() / 2 ** 32;
  }

  /** Uniform integer in [0, bound), without modulo bias; `bound` is a positive integer. */
  below(bound: number): number {
    invariant(bound >= 1 && bound <= 2 ** 32, 'there is a number below the bound');
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const value = this.uint32();
      if (value < limit) return value % bound;
    }
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    const spare = this.#spareNormal;
    if (spare !== undefined) {
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Beta(a, a), for any positive a. */
  beta(a: number): number {
    invariant(a > 0, 'a is positive');
    if (a === 1) return this.uniform();
    return a > LARGEST_OF_JOHNK ? this.#betaOfGammas(a) : this.#betaOfJohnk(a);
  }

  /** Johnk 1964, in its logarithmic form, so that small a do not underflow. Accepted with probability Gamma(a + 1)^2 / Gamma(2a + 1). */
  #betaOfJohnk(a: number): number {
    for (;;) {
      const x = Math.log(1 - this.uniform()) / a;
      const y = Math.log(1 - this.uniform()) / a;
      const larger = Math.max(x, y);
      const logSum = larger + Math.log(Math.exp(x - larger) + Math.exp(y - larger));
      if (logSum <= 0) return Math.exp(x - logSum);
    }
  }

  #betaOfGammas(a: number): number {
    const [x, y] = [this.#gamma(a), this.#gamma(a)];
    return x / (x + y);
  }

  /** Gamma(a) for a >= 1 (Marsaglia and Tsang 2000): more than 95 % are accepted. */
  #gamma(a: number): number {
    const d = a - 1 / 3;
    for (;;) {
      const x = this.normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** Shuffles in place (Fisher and Yates) and returns the same array. */
  shuffle<T extends { [index: number]: number; readonly length: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = items[i];
      const other = items[j];
      invariant(held !== undefined && other !== undefined, 'both places have an item');
      items[i] = other;
      items[j] = held;
    }
    return items;
  }
}
