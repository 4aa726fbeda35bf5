/** Which runs may be ranked: those whose figures are of the same data, cut and evaluated in the same way, by the same metric. */

import { shortNumber } from '../pictures/svg/scale.ts';
import { metricHeading } from '../tasks/metric-words.ts';
import { findKind } from '../tasks/registry.ts';
import { configText, type RunRecord } from './run-record.ts';

/** Runs that may stand in one table and in one picture. */
export interface Comparable {
  /** the data set, what sets it apart from others of the report, and the metric, e.g. `jsb-chorales: NLL per time step (nats), lower is better` */
  title: string;
  /** the data set with what sets it apart */
  data: string;
  metric: string;
  runs: RunRecord[];
}

/** Puts runs that have a figure into sets, in the order in which they are given. */
export function comparableSets(runs: readonly RunRecord[]): Comparable[] {
  const sets = new Map<string, { conditions: Conditions; metric: string; runs: RunRecord[] }>();
  for (const run of runs) {
    const { metric } = run;
    if (metric === undefined) continue;
    const conditions = conditionsOf(run);
    const id = JSON.stringify([conditions, metric]);
    const known = sets.get(id);
    if (known) known.runs.push(run);
    else sets.set(id, { conditions, metric, runs: [run] });
  }
  const all = [...sets.values()];
  return all.map(({ conditions, metric, runs }) => {
    const rivals = all.filter((other) => other.conditions.dataset === conditions.dataset);
    const different = Object.keys(conditions).filter((key) =>
      rivals.some((other) => other.conditions[key] !== conditions[key]),
    );
    const apart = different.map((key) => wordsOf(key, conditions[key]));
    const data = [conditions.dataset, ...apart].join(', ');
    return { title: `${data}: ${metricHeading(metric)}`, data, metric, runs };
  });
}

// --- internal ---

type Conditions = Record<string, string>;

function conditionsOf({ config, environment, chosen }: RunRecord): Conditions {
  const conditions: Conditions = {
    dataset: configText(config.get('dataset')),
    task: configText(config.get('task')),
    content: environment?.data?.sha256 ?? 'not recorded',
    share: String(chosen?.valid?.evaluated_share ?? config.get('training.evaluationShare') ?? 1),
  };
  for (const key of findKind(config.get('task'))?.config.conditions ?? []) {
    if (config.has(key)) conditions[key] = configText(config.get(key));
  }
  return conditions;
}

function wordsOf(key: string, value: string): string {
  if (key === 'content')
    return value === 'not recorded' ? 'content not recorded' : `content ${value.slice(0, 8)}`;
  if (key === 'task') return value;
  if (key === 'share') return `${shortNumber(100 * Number(value))} % evaluated`;
  return `${key.slice(key.indexOf('.') + 1)} ${value}`;
}
