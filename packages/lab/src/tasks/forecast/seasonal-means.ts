/** Means of the values of one phase of the season: a baseline, and what forecasts depart from. */

/**
 * Of every step the mean of the values 1, 2, … `seasons` seasons before it, missing ones left out, also of the season behind the end.
 * @returns [length + season], NaN where there is none
 */
export function seasonalMeans(values: Float64Array, season: number, seasons: number): Float64Array {
  const means = new Float64Array(values.length + season);
  for (let t = 0; t < means.length; t++) {
    let [sum, count] = [0, 0];
    for (let k = 1; k <= seasons; k++) {
      const u = t - k * season;
      if (u < 0) break;
      if (Number.isNaN(values[u])) continue;
      sum += values[u];
      count++;
    }
    means[t] = count > 0 ? sum / count : Number.NaN;
  }
  return means;
}
