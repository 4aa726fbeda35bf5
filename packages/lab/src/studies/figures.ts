/** Means with their deviations, and differences with their intervals, as cells of a table. */
import type { Difference, Spread } from '../common/spread.ts';

/** `8.312 ± 0.021`; a dash for nothing. */
export function spreadText(spread: Spread | undefined): string {
  if (!spread) return '–';
  const { mean, deviation } = spread;
  return `${decimals(mean)}${deviation === undefined ? '' : ` ± ${decimals(deviation)}`}`;
}

/** `+0.12 [-0.03, +0.27]`; without an interval for one pair, a dash for nothing. */
export function differenceText(difference: Difference | undefined): string {
  if (!difference) return '–';
  const { mean, low, high } = difference;
  return `${signed(mean)}${low === undefined || high === undefined ? '' : ` [${signed(low)}, ${signed(high)}]`}`;
}

/** The splits of which anything was measured: some tasks measure nothing while they train, and a test comes late. */
export const measuredSplits = (
  all: readonly Readonly<Partial<Record<'train' | 'valid' | 'test', Spread>>>[],
): ('train' | 'valid' | 'test')[] =>
  (['train', 'valid', 'test'] as const).filter((split) => all.some((one) => one[split] !== undefined));

// --- internal ---

/** Three decimals; of large numbers fewer, of tiny ones three digits. */
function decimals(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 0.0095) return String(Number(value.toPrecision(2)));
  return value.toFixed(size >= 100 ? 2 : 3);
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${decimals(Math.abs(value))}`;
