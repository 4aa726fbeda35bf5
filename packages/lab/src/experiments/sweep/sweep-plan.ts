/**
 * The trainings of a sweep: every point with the first seed, then every point with the next. A point has a value for every axis: one of each
 * combination, or, each axis alone, its values with the others as the recipe has them, the recipe's own point once.
 */
import { ConfigError } from 'lethe';
import { averageDefaults } from '../../runs/averages.ts';
import { scheduleDefaults } from '../../runs/schedules.ts';
import { isDropoutKey, settingIn } from '../../studies/dropout-words.ts';
import type { SweepAxis } from '../../studies/journal.ts';
import type { Parameters, Space, Value } from '../../studies/space.ts';
import { lookupIn } from '../../tasks/kind.ts';
import { wordsOfVariant } from '../../training/variant-words.ts';
import { configWith, type StudyBase, settingsOf } from '../search/study-base.ts';
import { studyEvent, type TrialPlan } from '../search/trial-plan.ts';
import type { Varied } from './vary.ts';

/** What is swept. */
export interface Sweep {
  title: string;
  base: StudyBase;
  varied: readonly Varied[];
  /** each axis alone around the base; else every combination */
  alone: boolean;
}

/** Points of a sweep; more would be a slip of the hand. */
const mostPoints = 10_000;

/** The plan of a study, its axes, and how many points it has. Throws ConfigError, with the value, for a point that makes no configuration. */
export function sweepPlan({
  title,
  base,
  varied,
  alone,
}: Sweep): TrialPlan & { axes: readonly SweepAxis[]; points: number } {
  const keys = varied.flatMap(({ key, together }) => [key, ...Object.keys(together ?? {})]);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice) throw new ConfigError(`--vary ${twice} is given twice; give all its values in one`);
  const config = configWith(base, {});
  const axes = varied.map((one): SweepAxis => ({ ...one, base: baseValue(one.key) }));
  function baseValue(key: string): Value {
    // Whole schedules and averages are varied in words, and so is that of the recipe.
    if (key === 'schedule') return wordsOfVariant(config.schedule, scheduleDefaults[config.schedule.kind]);
    if (key === 'average') return wordsOfVariant(config.average, averageDefaults[config.average.kind]);
    if (!isDropoutKey(key)) return (lookupIn(config)(key) ?? null) as Value;
    // The method may be varied itself; then the setting is one of each of them.
    const methods = varied.find((axis) => axis.key === 'model.dropout');
    return settingIn(methods ? String(methods.values[0]) : config.model.dropout, key);
  }
  const count = alone
    ? axes.reduce((sum, { values }) => sum + values.length, 0)
    : axes.reduce((product, { values }) => product * values.length, 1);
  if (count > mostPoints) {
    throw new ConfigError(
      `the sweep has ${count} points, more than ${mostPoints}; take fewer values, or --alone`,
    );
  }
  const points = alone ? pointsAlone(axes) : combinations(axes);
  for (const point of points) {
    try {
      configWith(base, given(axes, point));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const values = Object.entries(point).map(([key, value]) => `${key}=${value}`);
      throw new ConfigError(`with ${values.join(', ')}: ${error.message}`, { cause: error });
    }
  }
  const space: Space = Object.fromEntries(axes.map(({ key, values }) => [key, { choice: values }]));
  return {
    axes,
    points: points.length,
    about: studyEvent({
      ...{ title, seed: config.seed, base: base.target, set: settingsOf(base), space, config },
      plan: { kind: 'sweep', axes, alone },
    }),
    parametersOf: (number) => ({
      ...points[(number - 1) % points.length],
      seed: config.seed + Math.floor((number - 1) / points.length),
    }),
    configOf: (parameters) => configWith(base, given(axes, parameters)),
  };
}

// --- internal ---

/** What a point sets, and what moves with it. What the recipe leaves out stays out where an axis is at its base. */
function given(axes: readonly SweepAxis[], point: Parameters): Parameters {
  const said = Object.entries(point).flatMap(([key, value]): [string, Value][] => {
    const axis = axes.find((axis) => axis.key === key);
    const place = axis?.values.indexOf(value) ?? -1;
    const more = Object.entries(axis?.together ?? {}).map(([other, values]) => [other, values[place]]);
    return [
      ...(value !== null || axis?.base !== null ? [[key, value]] : []),
      ...(place >= 0 ? more : []),
    ] as [string, Value][];
  });
  return Object.fromEntries(said);
}

function combinations(axes: readonly SweepAxis[]): Parameters[] {
  return axes.reduce<Parameters[]>(
    (points, { key, values }) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [key]: value }))),
    [{}],
  );
}

function pointsAlone(axes: readonly SweepAxis[]): Parameters[] {
  const base = Object.fromEntries(axes.map(({ key, base }) => [key, base]));
  const points = axes.flatMap(({ key, values }) => values.map((value) => ({ ...base, [key]: value })));
  const once = new Map(points.map((point) => [JSON.stringify(point), point]));
  return [...once.values()];
}
