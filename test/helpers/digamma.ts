/**
 * psi(x), the derivative of ln Gamma, for x > 0: DLMF 5.11.2 (https://dlmf.nist.gov) after the recurrence
 * psi(x + 1) = psi(x) + 1/x. What entropies of Gaussians are expected to be is written with it.
 */
export function digamma(x: number): number {
  let sum = 0;
  // Below 12 the asymptotic series is not yet exact to double precision.
  while (x < 12) sum += 1 / x++;
  const y = 1 / (x * x);
  const series =
    y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y * (1 / 132 - (y * 691) / 32760)))));
  return Math.log(x) - 0.5 / x - series - sum;
}
