/** Whether a value is a regularizer at all: what each cell can honour of it is said in honours.ts. */
import { checkArray, checkFlag, checkText, checkWhole } from '../checks.ts';
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import { checkNumber, checkOptionNames, checkWord } from '../options.ts';
import {
  checkRate,
  type NoiseEntry,
  noiseSites,
  type Penalty,
  type RateSchedule,
  type Regularizer,
} from './noise.ts';

/**
 * Checks that a value is a regularizer, made by a method or by hand.
 * @throws ConfigError naming the part that is none
 */
export function checkRegularizer(where: string, value: unknown): asserts value is Regularizer {
  if (typeof value === 'string') {
    throw new ConfigError(
      `${where}: expected a regularizer such as variational({ recurrent: 0.5 }), got ${found(value)}; parseDropout reads texts`,
    );
  }
  if (typeof value === 'function') {
    throw new ConfigError(`${where}: expected a regularizer, got ${found(value)}; call it with its rates`);
  }
  checkOptionNames(`${where}: regularizer`, value, parts);
  const { name, reference, noise, modes, moments, penalties, passes, weightNoise, lacks, schedule } =
    value as Regularizer;
  const here = `${where}: regularizer`;
  checkText(here, 'name', name);
  checkText(here, 'reference', reference);
  checkArray(here, 'noise', noise, 'entries');
  for (const [i, entry] of noise.entries()) checkEntryKind(`${here}: noise[${i}]`, entry);
  checkOptionNames(`${here}: modes`, modes, ['train', 'test', 'samples']);
  checkText(here, 'modes.train', modes.train);
  checkText(here, 'modes.test', modes.test);
  if (modes.samples !== undefined) checkWhole(here, 'modes.samples', modes.samples, 1);
  if (moments !== undefined) checkMomentOptions(`${here}: moments`, moments);
  if (penalties !== undefined) {
    checkArray(here, 'penalties', penalties, 'penalties');
    for (const [i, penalty] of penalties.entries()) checkPenalty(`${here}: penalties[${i}]`, penalty);
  }
  if (passes !== undefined) checkPasses(`${here}: passes`, passes);
  if (weightNoise !== undefined) {
    checkOptionNames(`${here}: weightNoise`, weightNoise, ['deviation', 'weight']);
    checkNumber(`${here}: weightNoise`, 'deviation', weightNoise.deviation, { above: 0 });
    checkNumber(`${here}: weightNoise`, 'weight', weightNoise.weight, { from: 0 });
  }
  if (lacks !== undefined) checkText(here, 'lacks', lacks);
  if (schedule !== undefined) checkScheduleKind(`${here}: schedule`, schedule);
}

/** Checks the words of an entry and that its rate is one. @throws ConfigError */
export function checkEntryKind(where: string, entry: NoiseEntry): void {
  checkOptionNames(where, entry, entryParts);
  checkWord(where, 'site', entry.site, noiseSites);
  checkWord(where, 'kind', entry.kind, ['drop', 'zoneout', 'gaussian']);
  checkRate(where, entry.site, entry.rate);
  if (entry.rate === undefined) throw new ConfigError(`${where}: expected a rate at ${entry.site}, got none`);
  checkWord(where, 'interval', entry.interval, ['step', 'sequence']);
  checkWord(where, 'examples', entry.examples, ['each', 'batch']);
  checkWord(where, 'gates', entry.gates, ['tied', 'untied']);
  checkWord(where, 'scaling', entry.scaling, ['inverted', 'paper']);
  if (entry.weights !== undefined) checkWord(where, 'weights', entry.weights, ['each', 'column']);
  if (entry.layers !== undefined) {
    checkWord(where, 'layers', entry.layers, ['all', 'first', 'later', 'last']);
  }
  if (entry.schedule !== undefined) checkScheduleKind(`${where}: schedule`, entry.schedule);
}

// --- internal ---

const parts = [
  'name',
  'reference',
  'noise',
  'modes',
  'moments',
  'penalties',
  'passes',
  'weightNoise',
  'lacks',
  'schedule',
] as const satisfies (keyof Regularizer)[];

const entryParts = [
  'site',
  'kind',
  'rate',
  'interval',
  'examples',
  'gates',
  'scaling',
  'weights',
  'layers',
  'schedule',
] as const satisfies (keyof NoiseEntry)[];

function checkScheduleKind(where: string, schedule: RateSchedule): void {
  checkOptionNames(where, schedule, ['kind', 'gamma', 'at']);
  checkWord(where, 'kind', schedule.kind, ['curriculum', 'anneal', 'switch']);
  if (schedule.kind === 'switch') checkNumber(where, 'at', schedule.at, { from: 0 });
  else checkNumber(where, 'gamma', schedule.gamma, { above: 0 });
}

function checkMomentOptions(where: string, moments: NonNullable<Regularizer['moments']>): void {
  checkOptionNames(where, moments, [
    'form',
    'points',
    'propagateVariance',
    'finalLayer',
    'slope',
    'recurrentMean',
  ]);
  const { propagateVariance, finalLayer, slope, recurrentMean } = moments;
  checkFlag(where, 'propagateVariance', propagateVariance);
  if (finalLayer !== undefined) checkWord(where, 'finalLayer', finalLayer, ['fast', 'plain']);
  if (slope !== undefined) checkNumber(where, 'slope', slope, { above: 0 });
  if (recurrentMean !== undefined) checkWord(where, 'recurrentMean', recurrentMean, ['keep', 'rate']);
}

function checkPenalty(where: string, penalty: Penalty): void {
  checkOptionNames(where, penalty, ['kind', 'alpha', 'beta', 'lambda', 'decoupled']);
  checkWord(where, 'kind', penalty.kind, ['activation', 'temporal-activation', 'weight-decay']);
  if (penalty.kind === 'activation') checkNumber(where, 'alpha', penalty.alpha, { from: 0 });
  else if (penalty.kind === 'temporal-activation') checkNumber(where, 'beta', penalty.beta, { from: 0 });
  else {
    checkNumber(where, 'lambda', penalty.lambda, { from: 0 });
    checkFlag(where, 'decoupled', penalty.decoupled);
  }
}

function checkPasses(where: string, passes: NonNullable<Regularizer['passes']>): void {
  checkOptionNames(where, passes, ['kappa', 'second', 'targets', 'sameMasks']);
  checkNumber(where, 'kappa', passes.kappa, { from: 0 });
  checkWord(where, 'second', passes.second, ['noise', 'mean']);
  checkWord(where, 'targets', passes.targets, ['both', 'first']);
  checkArray(where, 'sameMasks', passes.sameMasks, 'sites');
  for (const site of passes.sameMasks) checkWord(where, 'site', site, noiseSites);
}
