/** Which settings a search depends on. */
import type { ReportedTrial } from '@lethe/lab/internal';

/** Groups that the values of a number are put into. */
const groups = 5;

/**
 * The share of the variance of the metric that each setting explains alone: ω² of a one-way analysis of variance (Hays, 1963), with
 * numbers in five groups of equal size; below 0 is 0. The largest first; nothing for fewer than six trials.
 */
export function importance(
  trials: readonly { parameters: ReportedTrial['parameters']; value: number | null }[],
): { parameter: string; share: number }[] {
  const measured = trials.filter((trial): trial is typeof trial & { value: number } => trial.value !== null);
  if (measured.length < 6) return [];
  const names = [...new Set(measured.flatMap(({ parameters }) => Object.keys(parameters)))];
  return names
    .map((parameter) => ({ parameter, share: explained(measured, parameter) }))
    .sort((a, b) => b.share - a.share);
}

// --- internal ---

function explained(
  trials: readonly { parameters: ReportedTrial['parameters']; value: number }[],
  parameter: string,
): number {
  const having = trials.filter(({ parameters }) => parameters[parameter] !== undefined);
  const cells = cellsOf(having.map(({ parameters }) => parameters[parameter]));
  const values = having.map(({ value }) => value);
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const total = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const byCell = new Map<string, number[]>();
  for (const [i, cell] of cells.entries()) byCell.set(cell, [...(byCell.get(cell) ?? []), values[i]]);
  const k = byCell.size;
  if (k < 2 || n <= k || total === 0) return 0;
  let between = 0;
  for (const part of byCell.values()) {
    between += part.length * (part.reduce((sum, value) => sum + value, 0) / part.length - mean) ** 2;
  }
  const within = (total - between) / (n - k);
  return Math.max(0, (between - (k - 1) * within) / (total + within));
}

/** Words as they are, many different numbers by their rank. */
function cellsOf(values: readonly (number | string)[]): string[] {
  const different = new Set(values).size;
  if (different <= groups || values.some((value) => typeof value === 'string')) return values.map(String);
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
  const cells: string[] = new Array(values.length);
  for (const [rank, place] of order.entries())
    cells[place] = String(Math.floor((rank * groups) / order.length));
  return cells;
}
