/** What the figures of evaluations are, in words: those that every task may have, and those of the registered ones. */
import type { MetricWords } from './kind.ts';
import { taskKinds } from './registry.ts';

/**
 * The convention behind the name of a metric; nothing for a name that is not known.
 * @param task whose metric it is: a coverage is of sets in one and of values in another
 */
export function metricMeaning(name: string, task?: string): string {
  return wordsOf(name, task)?.meaning ?? '';
}

/** What people call the metric of an evaluation, also of one by draws (`mc_`) or in another way; an unknown name is itself, with spaces. */
export function metricWords(name: string, task?: string): MetricWords {
  const way = wayOf(name);
  const plain = name.slice(way?.prefix.length ?? 0);
  const known = wordsOf(plain, task) ?? { label: plain.replaceAll('_', ' ') };
  return { ...known, label: known.label + (way ? ` ${way.words}` : '') };
}

/** With its unit, as an axis or a column has it: `NLL per time step (nats)`. */
export function metricLabel(name: string, task?: string): string {
  const { label, unit } = metricWords(name, task);
  return unit === undefined ? label : `${label} (${unit})`;
}

/** With its unit and its direction, as a heading has it: `NLL per time step (nats), lower is better`. */
export function metricHeading(name: string): string {
  const { better } = metricWords(name);
  return better === undefined ? metricLabel(name) : `${metricLabel(name)}, ${better} is better`;
}

/** What stands in front of a metric that was measured in another way than by the test-time rule. */
export const evaluationWays: readonly { prefix: string; words: string }[] = [
  { prefix: 'calibrated_', words: 'calibrated' },
  { prefix: 'mc_', words: 'by MC dropout' },
  { prefix: 'mc_calibrated_', words: 'by MC dropout, calibrated' },
  ...taskKinds.flatMap(({ evaluation }) =>
    Object.entries(evaluation?.ways ?? {}).map(([name, { label }]) => ({ prefix: `${name}_`, words: label })),
  ),
];

/** The way that a metric was measured in: of prefixes that both fit the longer one. */
export function wayOf(name: string): (typeof evaluationWays)[number] | undefined {
  return evaluationWays
    .filter(({ prefix }) => name.startsWith(prefix))
    .toSorted((a, b) => b.prefix.length - a.prefix.length)[0];
}

/** ` of NLL (nats)` behind the word validation, where another metric decides than people are shown; nothing where it is the same, or has the same order. */
export function decidingWords(metric: string, shown: string): string {
  return metric === shown || metricWords(metric).remainderOf === shown ? '' : ` of ${metricLabel(metric)}`;
}

// --- internal ---

/** Of any task. */
const common: Record<string, MetricWords> = {
  predictive_entropy: {
    label: 'predictive entropy',
    unit: 'nats',
    meaning: 'entropy of the prediction, in nats; in language models, of at most 2,000 tokens',
  },
  expected_entropy: {
    label: 'expected entropy',
    unit: 'nats',
    meaning: 'mean entropy over draws or moments of the noise',
  },
  mutual_information: {
    label: 'mutual information',
    unit: 'nats',
    meaning: 'their difference, what the noise is unsure of',
  },
  evaluated_share: {
    label: 'share evaluated',
    meaning: 'of the split, the rest was not looked at',
    counts: 'share',
  },
};

const all: Record<string, MetricWords> = Object.assign(
  {},
  common,
  ...taskKinds.map(({ metrics }) => metrics),
);

/** Figures of intervals and sets have words at 90 %; those of another share (`coverage_95`, `width_99_9`) are the same with its number. */
function wordsOf(name: string, task: string | undefined): MetricWords | undefined {
  const own = taskKinds.find((kind) => kind.name === task)?.metrics ?? {};
  const wordsFor = (key: string): MetricWords | undefined =>
    [own, all].find((words) => Object.hasOwn(words, key))?.[key];
  const known = wordsFor(name);
  const share = known ? null : /_(\d{1,3}(?:_\d+)?)$/.exec(name);
  const usual = share && wordsFor(`${name.slice(0, share.index)}_90`);
  if (!usual) return known;
  const said = (text: string): string => text.replaceAll('90 %', `${share[1].replace('_', '.')} %`);
  return { ...usual, label: said(usual.label), ...(usual.meaning && { meaning: said(usual.meaning) }) };
}
