/** The rates of a method that move while it trains: functions of the steps done, so that no history has to hold them. */
import { parseDropout, rateAt } from 'lethe/dropout';

/** Columns of moving rates begin so. */
export const ratePrefix = 'rates.';

/**
 * The rate at a training step by the column's name, `rates.input`; empty where no rate moves, and for words that are no method.
 * @param words `model.dropout` of a configuration
 */
export function movingRates(words: unknown): ReadonlyMap<string, (step: number) => number> {
  const rates = new Map<string, (step: number) => number>();
  if (typeof words !== 'string') return rates;
  try {
    for (const entry of parseDropout(words).noise) {
      if (!entry.schedule || entry.rate === 0) continue;
      const where = entry.layers === undefined || entry.layers === 'all' ? '' : ` of ${entry.layers} layers`;
      rates.set(`${ratePrefix}${entry.site}${where}`, (step) => rateAt(entry, step));
    }
  } catch {
    return new Map();
  }
  return rates;
}
