/**
 * What each cell honours: which sites it has, which kinds of noise they take, and what else must hold there.
 * Everything else is refused with the reason and, where there is one, the remedy.
 */
import { ConfigError } from '../errors.ts';
import { checkRate, type NoiseEntry, type NoiseKind, type NoiseSite } from './noise.ts';
import { checkSchedule } from './schedule.ts';

/** Cells that honour noise. */
export type PlannedCell = 'rnn' | 'deep-rnn' | 'lstm' | 'gru' | 'linear' | 'embedding' | 'attention';

/**
 * Checks that a cell can run an entry.
 * @param where how errors name the place
 * @throws ConfigError with the reason if it cannot
 */
export function checkEntry(where: string, cell: PlannedCell, noise: NoiseEntry): void {
  const { site, kind, rate, schedule } = noise;
  const kinds = honoured[cell][site];
  if (!kinds) {
    const remedy = advice[cell][site];
    throw new ConfigError(
      `${where}: expected noise at ${Object.keys(honoured[cell]).join(', ')}, got it at ${site}${remedy ? `: ${remedy}` : ''}`,
    );
  }
  if (!kinds.includes(kind)) {
    const reason =
      kind === 'zoneout' && site === 'cell' ? `: the only state of a ${cell} is h; its site is hidden` : '';
    throw new ConfigError(`${where}: expected ${kinds.join(' or ')} noise at ${site}, got ${kind}${reason}`);
  }
  checkRate(where, site, rate);
  if (schedule) checkSchedule(where, schedule);
  const obstacle =
    obstacleToSharing(cell, noise) ?? obstacleToScaling(noise) ?? (schedule && obstacleToSchedule(noise));
  if (obstacle) throw new ConfigError(`${where}: ${obstacle}`);
}

// --- internal ---

const multiplicative: readonly NoiseKind[] = ['drop', 'gaussian'];

const recurrent = {
  input: multiplicative,
  recurrent: multiplicative,
  hidden: ['zoneout'],
  cell: multiplicative,
  output: multiplicative,
  weight: multiplicative,
  weightIn: multiplicative,
} as const;

/** Sites and kinds. */
const honoured: Record<PlannedCell, Partial<Record<NoiseSite, readonly NoiseKind[]>>> = {
  rnn: recurrent,
  'deep-rnn': { ...recurrent, transition: multiplicative },
  lstm: { ...recurrent, update: multiplicative, cell: ['drop', 'gaussian', 'zoneout'] },
  gru: { ...recurrent, update: multiplicative },
  linear: { input: multiplicative },
  embedding: { embedding: ['drop'] },
  attention: { context: multiplicative },
};

const toDeep = "layers between two states are a deep-rnn's alone; leave the key out";
const toEmbedding = 'give it to the embedding that makes the input';
const toAttention = 'only a model with attention has it';

/** What to do about noise at a site that a cell does not have. */
const advice: Record<PlannedCell, Partial<Record<NoiseSite, string>>> = {
  rnn: {
    update: 'it has no gated update; its place here is recurrent',
    embedding: toEmbedding,
    context: toAttention,
    transition: toDeep,
  },
  'deep-rnn': {
    update: 'it has no gated update; its places here are recurrent and transition',
    embedding: toEmbedding,
    context: toAttention,
  },
  lstm: { embedding: toEmbedding, context: toAttention, transition: toDeep },
  gru: { embedding: toEmbedding, context: toAttention, transition: toDeep },
  linear: {
    output: 'what a layer drops of its output is the input of the layer that reads it; give it there',
    weight: 'use site input, or weight noise in closed form',
  },
  embedding: {
    output: 'what an embedding drops of its output is the input of the layer that reads it; give it there',
  },
  attention: {
    output:
      'what is dropped of the context is dropped of what it is a mean of, or of the layer that reads it; use site context, or give it there',
  },
};

const isWeight = (site: NoiseSite) => site === 'weight' || site === 'weightIn';

/** Why a mask cannot be drawn as often, or shared, as it asks for. */
function obstacleToSharing(cell: PlannedCell, noise: NoiseEntry): string | undefined {
  const { site, interval, gates, weights } = noise;
  if (isWeight(site) && interval !== 'sequence') {
    return `expected one mask of weights for the sequence at ${site}, got one per ${interval}; set interval 'sequence'`;
  }
  if (site === 'embedding' && interval !== 'sequence') {
    return (
      `expected a mask of words for the sequence at embedding, got one per ${interval}; set interval 'sequence', ` +
      'or drop the input of the layer that reads it'
    );
  }
  if (weights === 'column' && !isWeight(site)) {
    return `expected masks of columns at weight or weightIn, got one at ${site}; leave out weights`;
  }
  if (gates !== 'untied') return undefined;
  if (cell !== 'lstm' && cell !== 'gru') {
    return `expected tied gates at ${site}, got untied: only an lstm or a gru has several gates to tell apart; set gates 'tied'`;
  }
  if (site !== 'input' && site !== 'recurrent') {
    return `expected tied gates at ${site}, got untied: only input and recurrent are read by every gate; set gates 'tied'`;
  }
  return undefined;
}

/** Why the kept values cannot be scaled as they should. */
function obstacleToScaling({ site, kind, scaling }: NoiseEntry): string | undefined {
  if (kind === 'gaussian' && scaling !== 'inverted') {
    return `expected inverted scaling of gaussian noise at ${site}, whose mean is 1, got ${scaling}`;
  }
  if (kind === 'drop' && site === 'cell' && scaling === 'inverted') {
    return (
      'expected paper scaling of dropped values at cell, got inverted: the masked state is carried on, and a kept one ' +
      "would grow by 1 / (1 - rate) at every step; set scaling 'paper'"
    );
  }
  return undefined;
}

/** The network at test would follow another rate than the one it was trained with. */
function obstacleToSchedule({ site, kind, scaling }: NoiseEntry): string | undefined {
  if (kind === 'zoneout') {
    return `expected a constant rate of zoneout at ${site}, got a schedule: the rate is part of the network at test`;
  }
  if (scaling === 'paper') {
    return (
      `expected a constant rate at ${site}, got a schedule: in paper scaling the rate is part of the network at test; ` +
      "set scaling 'inverted'"
    );
  }
  return undefined;
}
