/** A plan as a table that people read: what noise runs where, with the shapes of its masks. */

import { shapeText } from '../tensor/tensor.ts';
import type { NoiseEntry, Penalty, Regularizer } from './noise.ts';
import { keyText } from './places.ts';
import { checkPlan, gatesOf, type Plan, place } from './plan.ts';
import { scheduleText } from './schedule.ts';

/**
 * One line for every entry: site, kind, rate, schedule if there is any, interval, sharing, scaling, mask shape
 * (T time, S time of what is attended to, B batch, I input, H hidden, O output, V words where sizes are not known; gates first where each has a
 * mask), under a line with the modes; then what else the regularizer does, and its reference.
 * @throws ConfigError for what is no plan
 */
export function describePlan(plan: Plan): string {
  checkPlan('describePlan', plan);
  const { regularizer, target, entries } = plan;
  const { modes, moments } = regularizer;
  const samples = modes.samples === undefined ? '' : ` of ${modes.samples} samples`;
  const form = moments ? `, moments ${moments.form}` : '';
  const head = `${place(target)}: ${regularizer.name} (train ${modes.train}, test ${modes.test}${samples}${form})`;
  const noise = entries.map((planned) => planned.noise);
  const extras = [...absentLines(plan), ...extraLines(regularizer)];
  if (noise.length === 0 && extras.length === 0) return `${head}\n  no noise`;
  const lines = noise.length === 0 ? ['no noise'] : table(columnsOf(plan, noise));
  return [head, ...[...lines, ...extras, regularizer.reference].map((line) => `  ${line}`)].join('\n');
}

// --- internal ---

/** Columns with their headings. */
function columnsOf(plan: Plan, noise: readonly NoiseEntry[]): string[][] {
  const column = (heading: string, cell: (entry: NoiseEntry) => string) => [heading, ...noise.map(cell)];
  const schedules = column('schedule', ({ schedule }) => (schedule ? scheduleText(schedule) : '-'));
  return [
    column('site', ({ site }) => site),
    column('kind', ({ kind }) => kind),
    column('rate', ({ rate }) => `${rate}`),
    ...(noise.some(({ schedule }) => schedule) ? [schedules] : []),
    column('drawn', ({ interval }) => `every ${interval}`),
    column('shared by', ({ examples }) => (examples === 'each' ? 'each example' : 'whole batch')),
    column('scaling', ({ kind, scaling }) => (kind === 'zoneout' ? '-' : scaling)),
    column('mask', (entry) => shapeText(maskShape(plan, entry))),
  ];
}

function table(columns: readonly string[][]): string[] {
  const widths = columns.map((column) => Math.max(...column.map((cell) => cell.length)));
  return columns[0].map((_, row) =>
    columns
      .map((column, i) => column[row].padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
}

/** A letter for a length that is not known before data arrives. */
function maskShape({ target }: Plan, noise: NoiseEntry): (number | string)[] {
  const { cell } = target;
  const shared = [
    ...(noise.gates === 'untied' ? [gatesOf(cell)] : []),
    ...(noise.interval === 'step' ? [cell === 'attention' ? 'S' : 'T'] : []),
    ...(noise.examples === 'each' ? ['B'] : []),
  ];
  if (noise.site === 'embedding') return [...shared, target.inputSize ?? 'V'];
  const input = target.inputSize ?? 'I';
  const output = target.outputSize ?? (cell === 'linear' ? 'O' : 'H');
  if (noise.site !== 'weight' && noise.site !== 'weightIn') {
    return [...shared, noise.site === 'input' || noise.site === 'context' ? input : output];
  }
  const gates = gatesOf(cell);
  const columns = gates === 1 ? output : typeof output === 'number' ? gates * output : `${gates}${output}`;
  if (noise.weights === 'column') return [...shared, columns];
  return [...shared, noise.site === 'weightIn' ? input : output, columns];
}

function absentLines({ absent = [] }: Plan): string[] {
  return absent.map((entry) => `no place for ${keyText(entry)} ${entry.rate}: this layer stands alone`);
}

function extraLines({ penalties = [], passes, weightNoise }: Regularizer): string[] {
  const lines = penalties.map((penalty) => `penalty: ${penaltyText(penalty)}`);
  if (passes) {
    const second = passes.second === 'noise' ? 'noise of its own' : 'the network at test';
    const shared =
      passes.sameMasks.length === 0 ? '' : ` but the same masks at ${passes.sameMasks.join(', ')}`;
    const targets = passes.targets === 'both' ? 'both' : 'the first';
    lines.push(
      `two runs: the second with ${second}${shared}, targets for ${targets}, ${passes.kappa} mean((z1 - z2)²)`,
    );
  }
  if (weightNoise) {
    lines.push(
      `Gaussian weights: deviation ${weightNoise.deviation} at the beginning, description length times ${weightNoise.weight}`,
    );
  }
  return lines;
}

function penaltyText(penalty: Penalty): string {
  switch (penalty.kind) {
    case 'activation':
      return `${penalty.alpha} mean(y²) of the last output`;
    case 'temporal-activation':
      return `${penalty.beta} mean((h_t+1 - h_t)²) of the last layer`;
    case 'weight-decay':
      return penalty.decoupled
        ? `weights shrink by ${penalty.lambda} after each update`
        : `${penalty.lambda}/2 sum(w²) over all parameters`;
  }
}
