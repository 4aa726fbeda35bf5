/**
 * A plan is a regularizer laid onto one cell: every entry checked against what the cell can honour, and given
 * its number in the stream. The plan knows sites, kinds and modes, never the name of a method.
 */
import { ConfigError } from '../errors.ts';
import { nearestWord } from '../options.ts';
import {
  checkRate,
  type NoiseEntry,
  type NoiseKind,
  type NoiseSite,
  type Regularizer,
  type RunMode,
} from './noise.ts';
import { none } from './none.ts';

/** Cells that honour noise. */
export type PlannedCell = 'rnn' | 'linear';

/** Where a plan applies. The sizes are for `describe` alone. */
export interface PlanTarget {
  cell: PlannedCell;
  /** number of the layer in the stream. @defaultValue 0 */
  layer?: number;
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

export interface Plan {
  readonly regularizer: Regularizer;
  readonly target: PlanTarget & { layer: number };
  /** entries with a rate above 0 */
  readonly entries: readonly PlannedEntry[];
}

/**
 * Lays a regularizer onto a cell.
 * @param regularizer absent: no noise
 * @throws ConfigError, with the reason, for what the cell cannot honour in its train and test modes
 */
export function plan(regularizer: Regularizer | undefined, target: PlanTarget): Plan {
  const chosen = regularizer ?? none();
  const full = { ...target, layer: target.layer ?? 0 };
  const counts = new Map<NoiseSite, number>();
  const entries: PlannedEntry[] = [];
  for (const noise of chosen.noise) {
    checkEntry(full, noise);
    const entry = counts.get(noise.site) ?? 0;
    counts.set(noise.site, entry + 1);
    if (noise.rate > 0) entries.push({ noise, entry });
  }
  if ((counts.get('hidden') ?? 0) > 1) {
    throw new ConfigError(
      `${place(full)}: expected one zoneout entry at hidden, got ${counts.get('hidden')}`,
    );
  }
  const made: Plan = { regularizer: chosen, target: full, entries };
  for (const mode of [chosen.modes.train, chosen.modes.test]) checkMode(made, mode);
  return made;
}

/**
 * Checks that the plan runs in `mode`.
 * @throws ConfigError if the mode is unknown, or integrates noise that has no moments
 */
export function checkMode(plan: Plan, mode: RunMode): void {
  if (!runModes.includes(mode)) {
    const guess = nearestWord(mode, runModes);
    throw new ConfigError(
      `${place(plan.target)}: unknown mode "${mode}"; ${guess ? `did you mean "${guess}"? ` : ''}known: ${runModes.join(', ')}`,
    );
  }
  if (mode !== 'moments' && mode !== 'gaussian') return;
  for (const { noise } of plan.entries) {
    const obstacle = obstacleToMoments(noise);
    if (obstacle) {
      throw new ConfigError(
        `${place(plan.target)}: expected noise that the ${mode} mode can integrate, got ${noise.kind} at ${noise.site} ` +
          `(once per ${noise.interval}): ${obstacle}`,
      );
    }
  }
}

/** The planned entries at one site. */
export function entriesOf(plan: Plan, site: NoiseSite): PlannedEntry[] {
  return plan.entries.filter(({ noise }) => noise.site === site);
}

/** How errors name the place of a plan. */
export function place(target: PlanTarget): string {
  return `${target.cell} (layer ${target.layer ?? 0})`;
}

// --- internal ---

const runModes: readonly RunMode[] = ['sample', 'moments', 'gaussian', 'mean'];

const multiplicative: readonly NoiseKind[] = ['drop', 'gaussian'];

/** What each cell can honour. */
const honoured: Record<PlannedCell, Partial<Record<NoiseSite, readonly NoiseKind[]>>> = {
  rnn: {
    input: multiplicative,
    recurrent: multiplicative,
    hidden: ['zoneout'],
    cell: multiplicative,
    output: multiplicative,
    weight: multiplicative,
    weightIn: multiplicative,
  },
  linear: { input: multiplicative },
};

/** What to do about noise at a site that a cell does not have. */
const advice: Record<PlannedCell, Partial<Record<NoiseSite, string>>> = {
  rnn: {
    update: 'it has no gated update; its place here is recurrent',
    embedding: 'give it to the embedding that makes the input',
  },
  linear: {
    output: 'what a layer drops of its output is the input of the layer that reads it; give it there',
    weight: 'use site input, or weight noise in closed form',
  },
};

function checkEntry(target: PlanTarget, noise: NoiseEntry): void {
  const { site, kind, rate, interval, examples, scaling } = noise;
  const where = place(target);
  const kinds = honoured[target.cell][site];
  if (!kinds) {
    const remedy = advice[target.cell][site];
    throw new ConfigError(
      `${where}: expected noise at ${Object.keys(honoured[target.cell]).join(', ')}, got it at ${site}${remedy ? `: ${remedy}` : ''}`,
    );
  }
  if (!kinds.includes(kind)) {
    throw new ConfigError(`${where}: expected ${kinds.join(' or ')} noise at ${site}, got ${kind}`);
  }
  checkRate(where, site, rate);
  if ((site === 'weight' || site === 'weightIn') && (interval !== 'sequence' || examples !== 'batch')) {
    throw new ConfigError(
      `${where}: expected one mask of weights for the sequence and the batch at ${site}, got one per ${interval} and ${examples === 'each' ? 'example' : 'batch'}; ` +
        "set interval 'sequence' and examples 'batch'",
    );
  }
  if (kind === 'gaussian' && scaling !== 'inverted') {
    throw new ConfigError(
      `${where}: expected inverted scaling of gaussian noise at ${site}, whose mean is 1, got ${scaling}`,
    );
  }
}

/** Why noise has no moments step by step, or undefined if it has. */
function obstacleToMoments({ site, kind, interval }: NoiseEntry): string | undefined {
  if (kind === 'zoneout') {
    return 'a unit that keeps its own past value has no closed form; run it in the sample and mean modes';
  }
  if (site === 'weight' || site === 'weightIn') {
    return 'weights dropped for a whole sequence correlate its steps; run it in the sample mode';
  }
  if (interval === 'sequence') {
    return "a mask held over time correlates the steps; set interval 'step', or run it in the sample mode";
  }
  if (site === 'output') {
    return "give it to the linear layer that reads this output, at its site 'input'; splitReadout does that";
  }
  if (site === 'cell') {
    return "the new state is carried and read again; use the sites 'input' and 'recurrent'";
  }
  // A mask shared by the batch leaves the moments of every single example as they are.
  return undefined;
}
