/** Round numbers for axes. */

/** From `low` to `high` some `count` multiples of 1, 2 or 5 times a power of ten; both lie within. */
export function ticks(low: number, high: number, count: number): number[] {
  const raw = Math.max(high - low, 1e-9) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** What is worth seeing of losses: from below the lowest to what three quarters of the curve stay below, so that the beginning does not press the rest flat. */
export function lossRange(losses: readonly number[]): [number, number] {
  if (losses.length === 0) return [0, 1];
  const sorted = [...losses].sort((a, b) => a - b);
  const lowest = sorted[0];
  const usual = sorted[Math.floor(0.75 * (sorted.length - 1))];
  const room = Math.max(usual - lowest, 0.05 * Math.abs(lowest), 1e-6);
  const top = Math.min(sorted[sorted.length - 1], usual + room);
  return [lowest - 0.08 * room, top + 0.05 * room];
}
