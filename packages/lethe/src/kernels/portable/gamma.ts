/** The logarithm of the gamma function and its derivative, for x > 0, in float64; NaN for others. */

/**
 * log Γ(x) by Stirling's series after x has been carried above 15 by Γ(x + 1) = x Γ(x): relative error below 1e-14
 * (Abramowitz and Stegun 6.1.41).
 */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  let [product, z] = [1, x];
  while (z < 15) product *= z++;
  const inverse = 1 / (z * z);
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}

/** ψ(x) = d log Γ / dx by its asymptotic series after x has been carried above 15 by ψ(x + 1) = ψ(x) + 1/x (Abramowitz and Stegun 6.3.18). */
export function digamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  let [sum, z] = [0, x];
  while (z < 15) sum += 1 / z++;
  const inverse = 1 / (z * z);
  const series =
    inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132))));
  return Math.log(z) - 0.5 / z - series - sum;
}
