/**
 * How step rate and momentum move over a training: functions of the share of all updates that is done, 0 to 1, whose values
 * `fit`, or whoever calls `Optimizer.update`, hands to it.
 */
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import { checkNumber, checkOptionNames } from '../options.ts';

/** A number for every share of the updates that is done, 0 to 1. Those of this package stay as they end beyond 1, and refuse what is no share. */
export type Schedule = (progress: number) => number;

/** Of the schedules that rise at first. */
export interface WarmupOptions {
  /** share of all updates in which the factor rises to 1 @defaultValue .1 */
  warmup?: number;
}

/** Of the schedules that fall afterwards. */
export interface FallingOptions extends WarmupOptions {
  /** factor at the end @defaultValue 0 */
  last?: number;
}

/** Of {@link oneCycle} and {@link oneCycleMomentum}. */
export interface OneCycleOptions {
  /** factor at the beginning and at the end of the fall, below 1 @defaultValue .1 */
  first?: number;
  /** lengths of rise, full rate, fall and end in any unit @defaultValue [7.5, 37.5, 37.5, 7.5] */
  phases?: readonly number[];
  /** factor at the end @defaultValue 0 */
  last?: number;
}

/**
 * A factor of the step rate that rises to 1 over the first share of the updates and stays there.
 * @throws ConfigError for an unknown option or one out of range
 */
export function warmupConstant(options: WarmupOptions = {}): Schedule {
  checkOptionNames('warmupConstant', options, ['warmup']);
  const { warmup = 0.1 } = options;
  checkNumber('warmupConstant', 'warmup', warmup, { from: 0, below: 1 });
  return scheduleOf('warmupConstant', (progress) => rise(progress, warmup) ?? 1);
}

/**
 * A factor of the step rate that rises to 1 over the first share of the updates and falls in a line to `last`.
 * @throws ConfigError for an unknown option or one out of range
 */
export function warmupLinear(options: FallingOptions = {}): Schedule {
  const { warmup, last } = falling('warmupLinear', options);
  return scheduleOf(
    'warmupLinear',
    (progress) => rise(progress, warmup) ?? 1 - ((1 - last) * (progress - warmup)) / (1 - warmup),
  );
}

/**
 * A factor of the step rate that rises to 1 over the first share of the updates and falls along a cosine to `last` (Loshchilov and Hutter 2017).
 * @throws ConfigError for an unknown option or one out of range
 */
export function warmupCosine(options: FallingOptions = {}): Schedule {
  const { warmup, last } = falling('warmupCosine', options);
  return scheduleOf('warmupCosine', (progress) => {
    const share = (progress - warmup) / (1 - warmup);
    return rise(progress, warmup) ?? last + ((1 - last) * (1 + Math.cos(Math.PI * share))) / 2;
  });
}

/**
 * A factor of the step rate in one cycle (Smith and Topin 2017) of four phases: a line from `first` to 1, 1, a line back to `first`, and
 * a cosine to `last`. The lengths by default are those with which Gugger and Howard (2018) trained the AWD-LSTM.
 * @throws ConfigError for an unknown option or one out of range
 */
export function oneCycle(options: OneCycleOptions = {}): Schedule {
  const { first, last, bounds } = cycle('oneCycle', options, ['first', 'phases', 'last']);
  return scheduleOf('oneCycle', (progress) => {
    const [risen, full, fallen] = bounds;
    if (progress < risen) return first + ((1 - first) * progress) / risen;
    if (progress < full) return 1;
    if (progress < fallen) return 1 - ((1 - first) * (progress - full)) / (fallen - full);
    if (fallen >= 1) return first;
    const share = (progress - fallen) / (1 - fallen);
    return last + ((first - last) * (1 + Math.cos(Math.PI * share))) / 2;
  });
}

/**
 * The momentum (beta1 of Adam) that goes with {@link oneCycle}: `from` where its factor is `first` or less, `to` where it is 1, in a line
 * between them.
 * @throws ConfigError for an unknown option or one out of range
 */
export function oneCycleMomentum(options: OneCycleOptions & { from: number; to: number }): Schedule {
  checkOptionNames('oneCycleMomentum', options, ['first', 'phases', 'last', 'from', 'to']);
  const { from, to, ...rest } = options;
  checkNumber('oneCycleMomentum', 'from', from, { above: 0, below: 1 });
  checkNumber('oneCycleMomentum', 'to', to, { above: 0, below: 1 });
  const { first } = cycle('oneCycleMomentum', rest, ['first', 'phases', 'last']);
  const factor = oneCycle(rest);
  return scheduleOf(
    'oneCycleMomentum',
    (progress) => from + (to - from) * Math.max(0, (factor(progress) - first) / (1 - first)),
  );
}

// --- internal ---

/** `f` of the shares from 0 to 1, beyond which it stays as it ends: what follows the last update is no second cycle. */
function scheduleOf(where: string, f: Schedule): Schedule {
  return (progress) => {
    checkNumber(where, 'progress', progress, { from: 0 });
    return f(Math.min(1, progress));
  };
}

/** The factor while it rises; the first update moves, if little. */
function rise(progress: number, warmup: number): number | undefined {
  return progress < warmup ? Math.max(progress / warmup, 1e-3) : undefined;
}

function falling(where: string, options: FallingOptions): Required<FallingOptions> {
  checkOptionNames(where, options, ['warmup', 'last']);
  const { warmup = 0.1, last = 0 } = options;
  checkNumber(where, 'warmup', warmup, { from: 0, below: 1 });
  checkNumber(where, 'last', last, { from: 0 });
  return { warmup, last };
}

/** Where rise, full rate and fall end, as shares of all updates. */
function cycle(
  where: string,
  options: OneCycleOptions,
  names: readonly string[],
): { first: number; last: number; bounds: [number, number, number] } {
  checkOptionNames(where, options, names);
  const { first = 0.1, last = 0, phases = [7.5, 37.5, 37.5, 7.5] } = options;
  checkNumber(where, 'first', first, { above: 0, below: 1 });
  checkNumber(where, 'last', last, { from: 0 });
  if (!Array.isArray(phases) || phases.length !== 4) {
    throw new ConfigError(
      `${where}: expected phases to be four lengths (rise, full rate, fall, end), got ${found(phases)}`,
    );
  }
  for (const [i, length] of phases.entries()) checkNumber(where, `phases[${i}]`, length, { from: 0 });
  const all = phases.reduce((sum, length) => sum + length, 0);
  if (!(all > 0)) {
    throw new ConfigError(`${where}: expected a phase with a length above 0, got ${phases.join(', ')}`);
  }
  const [rising, full, fall] = phases.map((length) => length / all);
  return { first, last, bounds: [rising, rising + full, rising + full + fall] };
}
