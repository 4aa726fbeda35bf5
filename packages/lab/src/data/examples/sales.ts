/**
 * The embedded sales (corpus/sales.csv): daily counts of eight stalls over two years, made by a seed. Each has a level, a slow trend, a
 * week and a year, days without a market, promotions that are known in advance, and counts that scatter like a negative binomial.
 * Some days have no row, and some rows no value.
 */
import { type Draws, draws } from './draws.ts';

/** The seed of the file. */
export const salesSeed = 7;

const stalls = ['apples', 'bread', 'cheese', 'eggs', 'flowers', 'honey', 'potatoes', 'soap'];
const first = Date.UTC(2023, 0, 2);
const days = 2 * 364;

/** The text of the file: `unique_id,ds,y,promotion`. */
export function makeSales(seed = salesSeed): string {
  const draw = draws(seed);
  const lines = ['unique_id,ds,y,promotion'];
  for (const stall of stalls) lines.push(...stallRows(draw, stall));
  return `${lines.join('\n')}\n`;
}

// --- internal ---

/** Fixed holidays on which nothing is sold: month and day. */
const closed = new Set(['01-01', '05-01', '12-25', '12-26']);

function stallRows(draw: Draws, stall: string): string[] {
  const level = 20 + 60 * draw.uniform();
  const trend = 0.3 * (draw.uniform() - 0.4);
  const season = 0.1 + 0.3 * draw.uniform();
  const peak = Math.floor(364 * draw.uniform());
  const week = Array.from({ length: 7 }, (_, day) =>
    day === 6 ? 0.4 : day === 5 ? 1.5 : 0.8 + 0.4 * draw.uniform(),
  );
  const rows: string[] = [];
  let promotion = 0;
  for (let day = 0; day < days; day++) {
    promotion = promotion > 0 ? promotion - 1 : draw.chance(0.02) ? 5 : 0;
    const date = new Date(first + day * 86_400_000).toISOString().slice(0, 10);
    const isClosed = closed.has(date.slice(5));
    const mean =
      level *
      (1 + (trend * day) / days) *
      week[day % 7] *
      (1 + season * wave(day - peak)) *
      (promotion > 0 ? 1.4 : 1);
    const count = isClosed
      ? 0
      : Math.max(0, Math.round(mean + draw.normal() * Math.sqrt(mean + 0.02 * mean * mean)));
    const isLost = draw.chance(0.006);
    const isUnknown = draw.chance(0.006);
    if (!isLost) rows.push(`${stall},${date},${isUnknown ? '' : count},${promotion > 0 ? 1 : 0}`);
  }
  return rows;
}

/** A year as a parabola a half: between -1 and 1, without a sine, whose last bit may differ between machines. */
function wave(day: number): number {
  const t = (((day % 364) + 364) % 364) / 182;
  const half = t < 1 ? t : t - 1;
  return (t < 1 ? 1 : -1) * 4 * half * (1 - half);
}
