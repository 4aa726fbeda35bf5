/** Regularizers put together, and divided among the parts of a network: embedding, layers, readout. */
import { checkWhole } from '../checks.ts';
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import { checkRegularizer } from './check-regularizer.ts';
import type { NoiseEntry, Regularizer } from './noise.ts';
import { none } from './none.ts';
import { foldSchedule } from './schedule.ts';

/**
 * Several methods at once: their noise, one list after the other, and their penalties. What has no noise
 * takes the modes of what has; a schedule is written into all entries that have none. Methods that do
 * nothing are left out.
 * @throws ConfigError if two of them need different modes, both say how moments are computed, both run twice,
 *   both make the weights Gaussian or both set the schedule; or if two runs would have the same noise, or no masks to share
 */
export function combine(...methods: readonly Regularizer[]): Regularizer {
  for (const [i, method] of methods.entries()) checkRegularizer(`combine: argument ${i + 1}`, method);
  const active = methods.filter(doesSomething);
  const { lacks } = methods.find((method) => method.lacks) ?? {};
  if (active.length === 0) return methods.find((method) => method.lacks) ?? methods[0] ?? none();
  if (active.length === 1) {
    return lacks === undefined ? foldSchedule(active[0]) : { ...foldSchedule(active[0]), lacks };
  }
  const penalties = active.flatMap((method) => method.penalties ?? []);
  const combined: Regularizer = {
    name: active.map((method) => method.name).join('+'),
    reference: [...new Set(active.map((method) => method.reference))].join('; '),
    noise: active.flatMap((method) => method.noise),
    modes: commonModes(active),
    moments: theOnly(active, 'moments', 'how moments are computed'),
    penalties: penalties.length > 0 ? penalties : undefined,
    passes: theOnly(active, 'passes', 'how two runs are compared'),
    weightNoise: theOnly(active, 'weightNoise', 'how the weights are distributed'),
    schedule: theOnly(active, 'schedule', 'how the rates move'),
    ...(lacks !== undefined && { lacks }),
  };
  checkPasses(combined);
  return foldSchedule(combined);
}

/**
 * What layer `index` of a stack of `count` recurrent layers has of a regularizer: the entries of all layers
 * and those of its place (`layers`), without the embedding's. At the output an entry is for the last layer
 * alone, unless it says otherwise.
 * @param index from 0
 * @throws ConfigError if there is no such layer
 */
export function layerRegularizer(regularizer: Regularizer, index: number, count: number): Regularizer {
  checkRegularizer('layerRegularizer', regularizer);
  checkWhole('layerRegularizer', 'count', count, 1);
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new ConfigError(`dropout: expected a layer from 0 to ${count - 1}, got ${found(index)}`);
  }
  const isHere = ({ site, layers = site === 'output' ? 'last' : 'all' }: NoiseEntry): boolean => {
    if (site === 'embedding') return false;
    if (layers === 'first') return index === 0;
    if (layers === 'later') return index > 0;
    return layers === 'all' || index === count - 1;
  };
  return { ...regularizer, noise: regularizer.noise.filter(isHere).map(atItsPlace) };
}

/**
 * What the embedding has of a regularizer.
 * @throws ConfigError for what is none
 */
export function embeddingRegularizer(regularizer: Regularizer): Regularizer {
  checkRegularizer('embeddingRegularizer', regularizer);
  return { ...regularizer, noise: regularizer.noise.filter(({ site }) => site === 'embedding') };
}

/**
 * What attention has of a regularizer.
 * @throws ConfigError for what is none
 */
export function contextRegularizer(regularizer: Regularizer): Regularizer {
  checkRegularizer('contextRegularizer', regularizer);
  return { ...regularizer, noise: regularizer.noise.filter(({ site }) => site === 'context') };
}

/**
 * Divides a regularizer between a recurrent layer (or the last of a stack) and the linear layer that reads
 * it. Where a mode integrates the noise, `output` entries become `input` entries of the readout, which alone
 * can integrate them; sampled, they stay with the recurrent layer, whose kernel applies them for nothing.
 * @throws ConfigError for what is no regularizer
 */
export function splitReadout(regularizer: Regularizer): { recurrent: Regularizer; readout: Regularizer } {
  checkRegularizer('splitReadout', regularizer);
  const { train, test } = regularizer.modes;
  const integrates = [train, test].some((mode) => mode === 'moments' || mode === 'gaussian');
  const isMoved = ({ site, layers = 'last' }: NoiseEntry) =>
    integrates && site === 'output' && layers === 'last';
  return {
    recurrent: partOf(
      regularizer,
      regularizer.noise.filter((entry) => !isMoved(entry)),
    ),
    readout: partOf(
      regularizer,
      regularizer.noise.filter(isMoved).map((entry) => ({ ...atItsPlace(entry), site: 'input' })),
    ),
  };
}

/**
 * What a part of a model has of a regularizer: some of its noise. Where that is none of it, what steers noise (two runs, rates that move) has
 * nothing to do in this part, however much in others; Gaussian weights are noise as well.
 */
export function partOf(regularizer: Regularizer, noise: NoiseEntry[]): Regularizer {
  if (noise.length > 0 || regularizer.noise.length === 0 || regularizer.weightNoise)
    return { ...regularizer, noise };
  const { passes: _, schedule: __, ...rest } = regularizer;
  return { ...rest, noise };
}

// --- internal ---

/** Settings that cannot be added up. */
type Single = 'moments' | 'passes' | 'weightNoise' | 'schedule';

/** Whether a method has modes of its own; the others follow. */
function hasModes({ noise, moments, weightNoise }: Regularizer): boolean {
  return noise.length > 0 || moments !== undefined || weightNoise !== undefined;
}

function doesSomething(method: Regularizer): boolean {
  return hasModes(method) || !!method.penalties?.length || !!method.passes || !!method.schedule;
}

function commonModes(active: readonly Regularizer[]): Regularizer['modes'] {
  const [first, ...others] = active.filter(hasModes);
  if (!first) return active[0].modes;
  for (const other of others) {
    const { train, test, samples } = first.modes;
    if (other.modes.train !== train || other.modes.test !== test || other.modes.samples !== samples) {
      throw new ConfigError(
        `dropout: expected methods that run alike, got ${first.name} (${modesText(first)}) and ${other.name} ` +
          `(${modesText(other)}); set mode, form or inference of one of them, or leave one out`,
      );
    }
  }
  return first.modes;
}

function modesText({ modes: { train, test, samples } }: Regularizer): string {
  return `train ${train}, test ${test}${samples === undefined ? '' : `, ${samples} samples`}`;
}

function theOnly<K extends Single>(active: readonly Regularizer[], key: K, what: string): Regularizer[K] {
  const having = active.filter((method) => method[key]);
  if (having.length > 1) {
    throw new ConfigError(
      `dropout: expected one method that says ${what}, got ${having.map((method) => method.name).join(' and ')}`,
    );
  }
  return having[0]?.[key];
}

/** Integrated noise is the same in every run, so that two runs would never differ; a second run at test has no stream to draw from. */
function checkPasses({ name, modes, passes }: Regularizer): void {
  if (passes?.second === 'mean' && (modes.test === 'gaussian' || modes.test === 'sample')) {
    throw new ConfigError(
      `dropout: expected a network at test without draws for the second of two runs, got ${name} (test ${modes.test}); ` +
        'set inference mean, or another variant',
    );
  }
  if (modes.train === 'gaussian' && passes && passes.sameMasks.length > 0) {
    throw new ConfigError(
      `dropout: expected masks for two runs to share at ${passes.sameMasks.join(', ')}, got ${name} (train gaussian), which draws pre-activations; ` +
        'leave out same, or set mode sample',
    );
  }
  if (!passes || (modes.train !== 'moments' && modes.train !== 'mean')) return;
  throw new ConfigError(
    `dropout: expected noise that is drawn, for two runs that differ, got ${name} (train ${modes.train}); ` +
      'combine it with a method that draws its noise',
  );
}

/** An entry that has found its layer. */
function atItsPlace({ layers: _, ...entry }: NoiseEntry): NoiseEntry {
  return entry;
}
