/** Averages of the weights along a training with any rule, evaluated in place of the last weights. */
import { checkFunction, isObject } from '../checks.ts';
import { ConfigError, DataError } from '../errors.ts';
import { found } from '../found.ts';
import { kernels } from '../kernels/engine.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import { type Real, realZeros } from '../tensor/dtype.ts';
import { namedParameters, type ParameterSet } from '../tensor/parameters.ts';
import {
  checkArrays,
  checkSameParameters,
  checkState,
  type Optimizer,
  type OptimizerState,
} from './optimizer.ts';

/** Options of {@link averaging}. */
export interface AveragingOptions {
  /** share of the average that an update keeps; absent: all weights count alike */
  decay?: number;
}

/** An optimizer whose `evaluate` shows an average of the weights. */
export interface AveragedOptimizer extends Optimizer {
  /** whether the weights after further updates count; `false` forgets the average. Until it is called they count. */
  count(counts: boolean): void;
  /** updates behind the average; without any the wrapped optimizer evaluates */
  averaged(): number;
}

/**
 * The mean of the weights after each update that counts: of all alike (Polyak and Juditsky, 1992), or exponential,
 * `sum_k decay^(n-k) w_k / sum_k decay^(n-k)`. Updates are those of the wrapped optimizer, bit by bit.
 * @param optimizer made for the same parameters in the same order; from then on only the returned one is called
 * @throws ConfigError for what is no optimizer, one of other parameters, an unknown option or one out of range
 */
export function averaging<P extends ParameterSet<P>>(
  optimizer: Optimizer,
  parameters: P,
  options: AveragingOptions = {},
): AveragedOptimizer {
  checkOptimizer(optimizer);
  checkOptionNames('averaging', options, ['decay']);
  const { decay } = options;
  if (decay !== undefined) checkNumber('averaging', 'decay', decay, { from: 0, below: 1 });
  const named = namedParameters('averaging', parameters);
  checkSameParameters('averaging', optimizer, named);
  const tensors = Object.values(named);
  /** updates that counted */
  const averaged = new Float64Array(1);
  let counts = true;
  let average: Real[] | undefined;
  /** the weights that the next update begins with, while the average is in their place */
  let point: Real[] | undefined;
  let evaluating = 0;

  const include = (): void => {
    average ??= tensors.map(({ size }) => realZeros(size));
    averaged[0] += 1;
    const share = decay === undefined ? 1 / averaged[0] : (1 - decay) / (1 - decay ** averaged[0]);
    for (const [i, target] of average.entries()) {
      const { data: a } = tensors[i];
      if (averaged[0] === 1) target.set(a);
      else kernels().addDifference({ n: a.length, a, b: target, factor: share, target });
    }
  };
  const forget = (): void => {
    average = undefined;
    averaged[0] = 0;
  };
  /** name → live array */
  const entries = (): [string, Real][] => {
    if (!average) return [];
    const points = point ?? tensors.map(({ data }) => data);
    return Object.keys(named).flatMap((name, i): [string, Real][] => [
      [`${prefix}average.${name}`, average![i]],
      [`${prefix}point.${name}`, points[i]],
    ]);
  };
  const shapes: Record<string, readonly number[]> = Object.fromEntries(
    Object.entries(named).flatMap(([name, { shape }]) =>
      ['average', 'point'].map((slot) => [`${prefix}${slot}.${name}`, shape]),
    ),
  );

  return {
    name: optimizer.name,
    parameters: named,
    update(...given) {
      optimizer.update(...given);
      if (counts) include();
    },
    evaluate(f) {
      checkFunction('averaging', 'what evaluate runs', f);
      const shown = point ? undefined : average;
      if (!shown && !point) return optimizer.evaluate(f);
      const kept = (point ??= tensors.map(({ data }) => data.slice()));
      evaluating++;
      // Evaluations that wait may overlap: the last one puts the weights back.
      const leave = (): void => {
        if (--evaluating > 0) return;
        for (const [i, copy] of kept.entries()) tensors[i].data.set(copy);
        point = undefined;
      };
      let result: ReturnType<typeof f>;
      try {
        // Inside, so that updates are refused and what the wrapped one evaluates is put back as well.
        result = optimizer.evaluate(() => {
          for (const [i, values] of (shown ?? []).entries()) tensors[i].data.set(values);
          return f();
        });
      } catch (error) {
        leave();
        throw error;
      }
      if (result instanceof Promise) return result.finally(leave) as typeof result;
      leave();
      return result;
    },
    state() {
      const own = entries().map(([name, data]) => [name, { shape: [...shapes[name]], data: data.slice() }]);
      const count = { shape: [], data: averaged.slice() };
      return { ...optimizer.state(), [`${prefix}updates`]: count, ...Object.fromEntries(own) };
    },
    restore(state) {
      if (!isObject(state)) return optimizer.restore(state);
      const [own, others] = parted(state);
      // A state from before anything was averaged begins the average with the next update.
      own[`${prefix}updates`] ??= { shape: [], data: new Float64Array(1) };
      checkArrays('averaging', own);
      const count = own[`${prefix}updates`].data[0];
      if (!Number.isInteger(count) || count < 0) {
        throw new DataError(
          `averaging: expected '${prefix}updates' of the stored state to be a whole number of at least 0, got ${count}`,
        );
      }
      const arrays = count > 0 ? Object.entries(shapes) : [];
      checkState('averaging', [[`${prefix}updates`, []], ...arrays], own);
      optimizer.restore(others);
      // From here on nothing can fail.
      forget();
      if (count === 0) return;
      averaged[0] = count;
      average = tensors.map(({ size }) => realZeros(size));
      for (const [name, data] of entries()) data.set(own[name].data);
    },
    count(whether) {
      if (typeof whether !== 'boolean') {
        throw new ConfigError(`averaging: expected count to be told true or false, got ${found(whether)}`);
      }
      counts = whether;
      if (!whether) forget();
    },
    averaged: () => averaged[0],
    settle() {
      // First, for it refuses inside of evaluate.
      optimizer.settle?.();
      forget();
    },
  };
}

// --- internal ---

const prefix = 'averaging.';

function checkOptimizer(optimizer: Optimizer): void {
  if (isObject(optimizer) && typeof optimizer.update === 'function') return;
  throw new ConfigError(
    `averaging: expected an optimizer such as sgd(parameters, …), got ${found(optimizer)}`,
  );
}

/** What is of the average, and what of the wrapped optimizer. */
function parted(state: OptimizerState): [OptimizerState, OptimizerState] {
  const parts: [OptimizerState, OptimizerState] = [{}, {}];
  for (const [name, array] of Object.entries(state)) parts[name.startsWith(prefix) ? 0 : 1][name] = array;
  return parts;
}
