/** How a window is brought to one scale, from what lies before its origin alone. */

/**
 * `mean`: divided by the mean size of the context; `standard`: less its mean, by its deviation; `difference`: less its last value, by the
 * mean seasonal difference, through asinh, which is the unit of scaled errors.
 */
export const scalingNames = ['mean', 'standard', 'difference'] as const;
export type Scaling = (typeof scalingNames)[number];

/** The scale of a window. */
export interface Scale {
  offset: number;
  /** above 0 */
  scale: number;
  /** what the network is told of it */
  told: number;
}

/**
 * Measures the values of [from, origin); missing ones are NaN. A window without any value, and one that never changes, has the smallest
 * scale that its size allows.
 * @param values of the whole series; nothing from `origin` on is looked at
 * @param season m of the seasonal difference
 */
export function scaleOf(
  values: Float64Array,
  from: number,
  origin: number,
  { scaling, season }: { scaling: Scaling; season: number },
): Scale {
  let [sum, size, squares, count] = [0, 0, 0, 0];
  for (let t = Math.max(0, from); t < origin; t++) {
    const y = values[t];
    if (Number.isNaN(y)) continue;
    sum += y;
    size += Math.abs(y);
    squares += y * y;
    count++;
  }
  if (count === 0) return { offset: 0, scale: 1, told: 0 };
  const mean = sum / count;
  size /= count;
  // All zeros: any unit will do.
  const unit = size > 0 ? size : 1;
  if (scaling === 'mean') return { offset: 0, scale: unit, told: Math.log(unit) / 10 };
  if (scaling === 'standard') {
    const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
    const scale = deviation + 1e-3 * unit;
    return { offset: mean, scale, told: Math.log(scale / unit) / 5 };
  }
  let [change, pairs] = [0, 0];
  // A mean of few differences says little: four times as far back.
  for (let t = Math.max(season, origin - 4 * (origin - from)); t < origin; t++) {
    const difference = Math.abs(values[t] - values[t - season]);
    if (Number.isNaN(difference)) continue;
    change += difference;
    pairs++;
  }
  const scale = (pairs > 0 ? change / pairs : unit) + 1e-4 * unit;
  let last = origin - 1;
  while (Number.isNaN(values[last])) last--;
  return { offset: values[last], scale, told: Math.log(scale / unit) / 5 };
}

/** A value as the network sees it. */
export function scaled(y: number, { offset, scale }: Scale, scaling: Scaling): number {
  const z = (y - offset) / scale;
  if (scaling === 'mean') return z - 1;
  return scaling === 'difference' ? Math.asinh(z) : z;
}
