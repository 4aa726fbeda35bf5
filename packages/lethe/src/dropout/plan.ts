/**
 * A plan is a regularizer laid onto one cell: every entry checked against what the cell can honour, and given
 * its number in the stream. The plan knows sites, kinds and modes, never the name of a method.
 */
import { checkWhole, isObject } from '../checks.ts';
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import { checkOptionNames, checkWord } from '../options.ts';
import { checkRegularizer } from './check-regularizer.ts';
import { checkEntry, type PlannedCell } from './honours.ts';
import { obstacleToMoments } from './integrable.ts';
import type { NoiseEntry, NoiseSite, Regularizer, RunMode } from './noise.ts';
import { none } from './none.ts';
import { foldSchedule } from './schedule.ts';

/** Where a plan applies. The sizes are for `describe` alone. */
export interface PlanTarget {
  cell: PlannedCell;
  /** number of the layer in the stream. @defaultValue 0 */
  layer?: number;
  /** 1 for the backward half of a bidirectional layer, whose masks are its own. @defaultValue 0 */
  direction?: number;
  /** where in a model of several parts it stands, in words: `encoder` */
  part?: string;
  /** size of the vocabulary for an embedding, width of what attention reads */
  inputSize?: number;
  /** hiddenSize of a recurrent cell */
  outputSize?: number;
}

/** An entry at its place. */
export interface PlannedEntry {
  noise: NoiseEntry;
  /** number among the entries of its site, as the stream counts */
  entry: number;
}

/** A regularizer as it applies at one place. */
export interface Plan {
  readonly regularizer: Regularizer;
  readonly target: PlanTarget & { layer: number; direction: number };
  /** entries with a rate above 0, schedules folded in */
  readonly entries: readonly PlannedEntry[];
  /** entries with a rate above 0 that have no place here: those for later layers of a stack; absent if there are none */
  readonly absent?: readonly NoiseEntry[];
}

/**
 * Lays a regularizer onto a cell, which is taken as a stack of its own: first layer and last at once, so
 * entries for later layers have no place, which the plan says. `layerRegularizer` gives the layers of a stack their shares.
 * @param regularizer absent: no noise
 * @throws ConfigError, with the reason, for what the cell cannot honour in its train and test modes
 */
export function dropoutPlan(regularizer: Regularizer | undefined, target: PlanTarget): Plan {
  checkTarget(target);
  if (regularizer !== undefined) checkRegularizer(place(target), regularizer);
  const chosen = foldSchedule(regularizer ?? none());
  const full = { ...target, layer: target.layer ?? 0, direction: target.direction ?? 0 };
  const where = place(full);
  if (chosen.lacks) throw new ConfigError(`${where}: ${chosen.name} expects ${chosen.lacks}, got none`);
  const counts = new Map<NoiseSite, number>();
  const absent: NoiseEntry[] = [];
  const entries: PlannedEntry[] = [];
  for (const noise of chosen.noise) {
    if (noise.layers === 'later') {
      if (noise.rate > 0) absent.push(noise);
      continue;
    }
    checkEntry(where, full.cell, noise);
    const entry = counts.get(noise.site) ?? 0;
    counts.set(noise.site, entry + 1);
    if (noise.rate > 0) entries.push({ noise: { ...noise }, entry });
  }
  for (const site of ['hidden', 'cell'] as const) {
    const zoned = chosen.noise.filter((noise) => noise.kind === 'zoneout' && noise.site === site).length;
    if (zoned > 1) throw new ConfigError(`${where}: expected one zoneout entry at ${site}, got ${zoned}`);
  }
  const made: Plan = { regularizer: chosen, target: full, entries, ...(absent.length > 0 && { absent }) };
  for (const mode of [chosen.modes.train, chosen.modes.test]) checkMode(made, mode);
  return made;
}

/**
 * Checks that the plan runs in `mode`.
 * @throws ConfigError if the mode is unknown, or integrates noise that has no moments
 */
export function checkMode(plan: Plan, mode: RunMode): void {
  const where = place(plan.target);
  checkWord(where, 'mode', mode, runModes);
  if (mode !== 'moments' && mode !== 'gaussian') return;
  if (mode === 'gaussian' && plan.regularizer.weightNoise) {
    throw new ConfigError(
      `${where}: expected the sample or moments mode with Gaussian weights, got gaussian; draw the weights or integrate them`,
    );
  }
  for (const { noise } of plan.entries) {
    const obstacle = obstacleToMoments(noise, mode);
    if (obstacle) {
      throw new ConfigError(
        `${where}: expected noise that the ${mode} mode can integrate, got ${noise.kind} at ${noise.site} ` +
          `(once per ${noise.interval}): ${obstacle}`,
      );
    }
  }
}

/** The planned entries at one site. */
export function entriesOf(plan: Plan, site: NoiseSite): PlannedEntry[] {
  return plan.entries.filter(({ noise }) => noise.site === site);
}

/** How many gates read the input and the state: the rows of an untied mask. */
export function gatesOf(cell: PlannedCell): number {
  if (cell === 'lstm') return 4;
  return cell === 'gru' ? 3 : 1;
}

/** How errors name the place of a plan. */
export function place(target: PlanTarget): string {
  return `${target.part === undefined ? '' : `${target.part}: `}${target.cell} (layer ${target.layer ?? 0}${target.direction ? ', backward' : ''})`;
}

/** Throws ConfigError for what is no plan. */
export function checkPlan(where: string, plan: unknown): asserts plan is Plan {
  const { target, entries, regularizer } = (isObject(plan) ? plan : {}) as Partial<Plan>;
  if (!isObject(target) || !Array.isArray(entries)) {
    throw new ConfigError(`${where}: expected a plan, such as layer.plan, got ${found(plan)}`);
  }
  checkRegularizer(where, regularizer);
}

// --- internal ---

const runModes: readonly RunMode[] = ['sample', 'moments', 'gaussian', 'mean'];
const plannedCells: readonly PlannedCell[] = [
  'rnn',
  'deep-rnn',
  'lstm',
  'gru',
  'linear',
  'embedding',
  'attention',
];

function checkTarget(target: PlanTarget): void {
  checkOptionNames('dropoutPlan: target', target, [
    'cell',
    'layer',
    'direction',
    'part',
    'inputSize',
    'outputSize',
  ]);
  checkWord('dropoutPlan: target', 'cell', target.cell, plannedCells);
  for (const name of ['layer', 'direction', 'inputSize', 'outputSize'] as const) {
    if (target[name] !== undefined) checkWhole('dropoutPlan: target', name, target[name]);
  }
}
