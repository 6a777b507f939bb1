import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { at, invariant } from '../../src/errors.js';
import type { GradientSummary } from './golden-schemas.js';
import { dotWithSigns } from './lcg.js';

/** Reads `test/golden/<name>.json` as the given schema says; the files are written by the scripts in `oracle/`. */
export function readGolden<T>(name: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(join(goldenFolder(), `${name}.json`), 'utf8')));
}

/** The nearest `test/golden` above this file, wherever the compiler put it. */
export function goldenFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, 'test', 'golden');
    if (existsSync(candidate)) return candidate;
    invariant(folder !== dirname(folder), 'no folder test/golden above the compiled tests');
  }
}

/**
 * How far `gradient` is from the golden one, in L2 norm, estimated from what the file keeps of it: four dot products
 * with random signs s, for which E (s . delta)^2 = |delta|^2, and the sampled entries. The larger estimate counts.
 */
export function gradientDistance(
  golden: GradientSummary,
  signSeeds: readonly number[],
  gradient: Float32Array,
): number {
  const byDots = meanSquare(signSeeds.map((seed, i) => dotWithSigns(gradient, seed) - at(golden.dots, i)));
  const bySamples = meanSquare(golden.indices.map((index, i) => at(gradient, index) - at(golden.values, i)));
  return Math.sqrt(Math.max(byDots, bySamples * gradient.length));
}

function meanSquare(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number * number, 0) / numbers.length;
}
