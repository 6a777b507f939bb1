import { at } from '../../errors.js';

export interface TransportOptions {
  /** Weight of the entropy. */
  readonly epsilon: number;
  /** Weight of the divergence of the plan's row sums from ones. */
  readonly tauSource: number;
  /** The same of its column sums. */
  readonly tauTarget: number;
  /** Stops once scalings change by less than this, relative to the largest (or to 1, if that is larger). */
  readonly tolerance?: number;
  readonly iterations?: number;
}

/**
 * Entropic unbalanced optimal transport between S sources and K targets of mass 1 each: the plan T [S, K] >= 0 that
 * minimises, for costs C [S, K],
 *
 *   <T, C> + epsilon sum T (log T - 1) + tau_1 KL(T 1 | 1) + tau_2 KL(T^T 1 | 1),   KL(x | 1) = sum x log x - x + 1
 *
 * A source or target need not send or receive all its mass: what it misses is paid for by tau.
 *
 * Solved by scaling (Chizat, Peyre, Schmitzer and Vialard 2016, arXiv 1607.05816), in double precision: with
 * M = exp(-C / epsilon), T = diag(u) M diag(v), from u = 1/S and v = 1/K,
 *
 *   u <- (1 / M v)^{tau_1 / (tau_1 + epsilon)},   v <- (1 / M^T u)^{tau_2 / (tau_2 + epsilon)}
 *
 * until the mean of the two relative changes falls below the tolerance. Where M underflows and a scaling overflows,
 * the last finite one counts.
 */
export function unbalancedTransport(
  cost: readonly Float64Array[],
  { epsilon, tauSource, tauTarget, tolerance = 1e-6, iterations = 1000 }: TransportOptions,
): Float64Array[] {
  const kernel = cost.map((row) => row.map((c) => Math.exp(-c / epsilon)));
  const S = cost.length;
  const K = cost[0]?.length ?? 0;
  let u = new Float64Array(S).fill(1 / S);
  let v = new Float64Array(K).fill(1 / K);
  for (let i = 0; i < iterations; i++) {
    const nextU = scaling(rowSums(kernel, v), tauSource / (tauSource + epsilon));
    const nextV = scaling(columnSums(kernel, nextU), tauTarget / (tauTarget + epsilon));
    // A sum of zero has made its scaling infinite.
    if (!nextU.every(Number.isFinite) || !nextV.every(Number.isFinite)) break;
    const change = (relativeChange(u, nextU) + relativeChange(v, nextV)) / 2;
    u = nextU;
    v = nextV;
    if (change < tolerance) break;
  }
  return kernel.map((row, s) => row.map((m, k) => at(u, s) * m * at(v, k)));
}

/** What brings marginals `sums` toward 1: (1 / sums)^exponent. */
const scaling = (sums: Float64Array<ArrayBuffer>, exponent: number) =>
  sums.map((sum) => (1 / sum) ** exponent);

/** M v */
function rowSums(kernel: readonly Float64Array[], v: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from(kernel, (row) => row.reduce((sum, m, k) => sum + m * at(v, k), 0));
}

/** M^T u */
function columnSums(kernel: readonly Float64Array[], u: Float64Array): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(kernel[0]?.length ?? 0);
  kernel.forEach((row, s) => {
    const weight = at(u, s);
    for (let k = 0; k < sums.length; k++) sums[k] = at(sums, k) + weight * at(row, k);
  });
  return sums;
}

/** Largest change, relative to the largest element of both. */
function relativeChange(before: Float64Array, after: Float64Array): number {
  let change = 0;
  let largest = 1;
  after.forEach((next, i) => {
    const previous = at(before, i);
    change = Math.max(change, Math.abs(next - previous));
    largest = Math.max(largest, Math.abs(next), Math.abs(previous));
  });
  return change / largest;
}
