/**
 * What a model expects of windows: of every step of the horizon a mean and 99 percentiles, whatever the head, and whether it comes from
 * one run, from draws of the network's noise, or from paths drawn step by step.
 */
import {
  keepState,
  NoiseStream,
  type RecurrentState,
  repeatRows,
  sampleQuantiles,
  scoped,
  sharesMasks,
  streamOfCopies,
  streamOfDraw,
  Tensor,
} from 'lethe';
import { fixedWeights } from 'lethe/engine';
import type { Gaussian } from 'lethe/moments';
import type { Draws, Slices } from '../../runs/task.ts';
import { testDraws } from '../shared/draws.ts';
import type { Origin } from './data/types.ts';
import type { WindowBatch, Windows } from './features.ts';
import { runMembers } from './members.ts';
import { type ForecastModel, part, stepsOf } from './model.ts';

/** .01, .02, …, .99 */
export const percentLevels: readonly number[] = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);

/** The forecast of one window. */
export interface Forecast extends Origin {
  /** [horizon] */
  mean: Float64Array;
  /** [horizon, 99], ascending in each step */
  percentiles: Float64Array;
  /** [horizon] deviation of the mean over draws, or by the moments of the noise; 0 where nothing is unsure of it */
  spread: Float64Array;
}

/** The quantile of a step; levels are percents, such as .05. */
export const quantileAt = ({ percentiles }: Forecast, h: number, level: number): number =>
  percentiles[h * 99 + Math.round(100 * level) - 1];

/**
 * Forecasts of all origins, in their order; progress counts windows.
 * @param draws MC dropout; absent: the test-time rule
 */
export function* forecastsOf(
  model: ForecastModel,
  windows: Windows,
  origins: readonly Origin[],
  draws = testDraws(model.regularizer),
): Slices<Forecast[]> {
  const { mode, samples } = model.settings;
  const isDrawn = mode === 'autoregressive';
  const copies = (isDrawn ? (draws?.samples ?? samples) : (draws?.samples ?? 1)) || 1;
  const at = Math.max(1, Math.floor((isDrawn ? 4096 : 512) / copies));
  const all: Forecast[] = [];
  const weights = fixedWeights(Object.values(model.parameters));
  for (let from = 0; from < origins.length; from += at) {
    const some = origins.slice(from, from + at);
    const noise = draws && new NoiseStream(draws.seed ?? 1).trained(draws.trained ?? Infinity).at(from);
    const made = weights.run(() =>
      scoped(() =>
        isDrawn
          ? drawnPaths(model, windows, some, draws, noise ?? new NoiseStream(draws?.seed ?? 1).at(from))
          : direct(model, windows.batch(some), draws, noise),
      ),
    );
    all.push(...made);
    yield { done: all.length, all: origins.length };
  }
  return all;
}

// --- internal ---

function direct(
  model: ForecastModel,
  batch: WindowBatch,
  draws: Draws | undefined,
  noise: NoiseStream | undefined,
): Forecast[] {
  const { settings, networks, regularizer, head } = model;
  const { context, horizon } = settings;
  const steps = stepsOf(batch, context, context + horizon);
  const x = batch.inputs();
  const B = batch.rows;
  const mode = draws?.mode;
  const run = (input: Tensor, stream?: NoiseStream): Tensor | Gaussian =>
    part(
      runMembers(networks, input, stream, undefined, stream ? { mode } : {}).output,
      context,
      context + horizon,
    );
  // Of every draw the output and the rows of it.
  const outputs: { output: Tensor | Gaussian; from: number; width: number }[] = [];
  if (!draws || !noise) outputs.push({ output: run(x), from: 0, width: B });
  else if (sharesMasks(regularizer)) {
    for (let s = 0; s < draws.samples; s++)
      outputs.push({ output: run(x, streamOfDraw(noise, s)), from: 0, width: B });
  } else {
    const output = run(repeatRows(x, draws.samples), streamOfCopies(noise, draws.samples, B));
    for (let s = 0; s < draws.samples; s++) outputs.push({ output, from: s * B, width: draws.samples * B });
  }
  const S = outputs.length;
  return batch.origins.map((origin, b): Forecast => {
    const made = empty(origin, horizon);
    for (let h = 0; h < horizon; h++) {
      const each = outputs.map(({ output, from, width }) => {
        // The head knows a step by its place in an output of its own width.
        const wide = width === B ? steps : widened(steps, width / B);
        return head.distribution(output, h * width + from + b, wide);
      });
      put(
        made,
        h,
        each.map(({ mean }) => mean),
        each.map(({ spread }) => spread),
        S === 1
          ? each[0].quantiles(percentLevels)
          : sampleQuantiles(
              each.flatMap((one, s) => one.quantiles(mixtureLevels(s, S))),
              percentLevels,
            ),
      );
    }
    return made;
  });
}

/** Steps of so many copies of the rows, copy by copy. */
const wideSteps = new WeakMap<object, ReturnType<typeof stepsOf>>();
function widened(steps: ReturnType<typeof stepsOf>, copies: number): ReturnType<typeof stepsOf> {
  const known = wideSteps.get(steps);
  if (known) return known;
  const { rows } = steps;
  const repeat = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: values.length * copies }, (_, m) => {
      const wide = rows * copies;
      return values[Math.floor(m / wide) * rows + (m % rows)];
    });
  const wide = { ...steps, rows: rows * copies, base: repeat(steps.base), scale: repeat(steps.scale) };
  wideSteps.set(steps, wide);
  return wide;
}

/**
 * Levels at which distribution s of S is told in their mixture: those of all divide the whole evenly, so that of S alike ones each share of
 * the mixture is theirs. Levels that all had in common would give the sixth percentile for the fifth.
 */
function mixtureLevels(s: number, S: number): number[] {
  const length = Math.max(25, Math.ceil(1000 / S));
  return Array.from({ length }, (_, i) => (i + (s + 0.5) / S) / length);
}

/** Paths drawn step by step: each row its own values, and with draws its own masks, held over the window. */
function drawnPaths(
  model: ForecastModel,
  windows: Windows,
  origins: readonly Origin[],
  draws: Draws | undefined,
  stream: NoiseStream,
): Forecast[] {
  const { horizon, samples } = model.settings;
  const paths = draws?.samples ?? samples;
  const shared = draws !== undefined && sharesMasks(model.regularizer);
  const made = shared
    ? Array.from({ length: paths }, (_, s) =>
        onePass(model, windows.batch(origins, 1), draws, streamOfDraw(stream, s), s),
      )
    : [onePass(model, windows.batch(origins, paths), draws, stream)];
  return origins.map((origin, b) => {
    const forecast = empty(origin, horizon);
    for (let h = 0; h < horizon; h++) {
      const values = made.flatMap(({ drawn }) => {
        const width = drawn[h].length / origins.length;
        return Array.from(drawn[h].subarray(b * width, (b + 1) * width));
      });
      put(forecast, h, values, [], sampleQuantiles(values, percentLevels));
      forecast.spread[h] = 0;
    }
    return forecast;
  });
}

/**
 * The values of all rows, step by step.
 * @param path number of the pass, where each path is one of its own
 */
function onePass(
  model: ForecastModel,
  batch: WindowBatch,
  draws: Draws | undefined,
  stream: NoiseStream,
  path = 0,
): { drawn: Float64Array[] } {
  const { settings, networks, head } = model;
  const { context, horizon } = settings;
  const mode = draws?.mode;
  const at = (step: number) => (draws ? stream.from(step) : undefined);
  const how = draws ? { mode } : {};
  let states: RecurrentState[][] | undefined;
  scoped(() => {
    const x = batch.inputs();
    const known = cut(x, context);
    states = kept(runMembers(networks, known, at(0), undefined, how).states);
  });
  const drawn: Float64Array[] = [];
  for (let h = 0; h < horizon; h++) {
    const steps = stepsOf(batch, context + h, context + h + 1);
    const uniforms = stream.at(stream.step, 1 + h).uniforms({ site: 'sample', layer: path }, batch.rows);
    scoped(() => {
      const run = runMembers(networks, batch.step(h, drawn), at(context + h), states, how);
      states = kept(run.states);
      drawn.push(
        Float64Array.from({ length: batch.rows }, (_, row) => {
          const u = Math.min(1 - 1e-7, Math.max(1e-7, uniforms[row]));
          return head.distribution(run.output, row, steps).quantiles([u])[0];
        }),
      );
    });
  }
  return { drawn };
}

const kept = (states: readonly RecurrentState[][]): RecurrentState[][] =>
  states.map((each) => each.map(keepState));

/** The first steps of [time, batch, features]. */
function cut(x: Tensor, steps: number): Tensor {
  const [, B, F] = x.shape;
  return new Tensor([steps, B, F], x.data.subarray(0, steps * B * F));
}

function empty({ series, origin }: Origin, horizon: number): Forecast {
  return {
    ...{ series, origin },
    mean: new Float64Array(horizon),
    percentiles: new Float64Array(horizon * 99),
    spread: new Float64Array(horizon),
  };
}

/** Variances add: what the means of draws differ by, and what each is unsure of itself. */
function put(
  made: Forecast,
  h: number,
  means: readonly number[],
  spreads: readonly number[],
  percentiles: readonly number[],
): void {
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  const between = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / means.length;
  const within = spreads.reduce((sum, value) => sum + value ** 2, 0) / Math.max(1, spreads.length);
  made.mean[h] = mean;
  made.spread[h] = Math.sqrt(between + within);
  made.percentiles.set(percentiles, h * 99);
}
