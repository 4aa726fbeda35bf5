/**
 * What sets a key of the configuration on the command line: `lethe train` reads its options by this table, and errors about
 * a key name the option by it.
 */
import { z } from 'zod';
import { bare } from '../common/schema-errors.ts';
import { configSchema } from '../tasks/config.ts';
import type { TaskKind } from '../tasks/kind.ts';
import { longName } from '../tasks/options.ts';
import { taskKinds } from '../tasks/registry.ts';

/** Keys of every task that `lethe train` has a shorter name for. */
export const commonOptions: Readonly<Record<string, string>> = {
  'model.cell': '--cell',
  'model.hidden': '--hidden',
  'model.layers': '--layers',
  'model.dropout': '--dropout',
  schedule: '--schedule',
  average: '--average',
  'training.epochs': '--epochs',
  'training.minutes': '--minutes',
  'training.evaluationShare': '--evaluation-share',
  'training.patience': '--patience',
  seed: '--seed',
  threads: '--threads',
  dtype: '--dtype',
  initialWeights: '--from',
  observe: '--observe',
};

/** Those that `lethe compare` and `lethe sweep` have as well: what all trials share. */
export const studyOptions: Readonly<Record<string, string>> = Object.fromEntries(
  ['model.cell', 'model.hidden', 'model.layers', 'training.epochs', 'training.patience'].map((key) => [
    key,
    commonOptions[key],
  ]),
);

/** Keys that `lethe train` has a shorter name for, of one task: two tasks may have different keys for one option. */
function trainOptionsOf({ config }: TaskKind): Readonly<Record<string, string>> {
  return {
    ...commonOptions,
    ...Object.fromEntries(config.options.map((option) => [option.key!, longName(option)])),
  };
}

/** The option that sets a key: `--hidden`, or `--set optimizer.stepRate=`. */
export function optionOf(key: string): string {
  return Object.hasOwn(allTrainOptions, key) ? allTrainOptions[key] : `--set ${key}=`;
}

/** What a command may set of the configuration: `train` all, `resume` what extends a run, `compare` and `sweep` what all trials share, `search` by `--set` alone. */
export type Settable = (key: string) => string | undefined;

export const byTrain: Settable = optionOf;
export const bySearch: Settable = (key) => `--set ${key}=`;
export const byStudy: Settable = (key) =>
  Object.hasOwn(commonOptions, key) && key !== 'seed' && !Object.hasOwn(studyOptions, key)
    ? bySearch(key)
    : optionOf(key);
export const byResume: Settable = (key) =>
  /^(training\.(epochs|minutes|patience)|threads)$/.test(key) ? optionOf(key) : undefined;

/** A sentence in which every key of the configuration is followed, where it stands first, by the option that sets it. */
export function withOptions(sentence: string, settable: Settable): string {
  const told = new Set<string>();
  return sentence.replace(keys, (text, inside?: string, _start?: string, top?: string) => {
    const key = inside ?? top!;
    const option = told.has(key) ? undefined : settable(key);
    told.add(key);
    if (option === undefined || sentence.includes(option)) return text;
    return `${text} (${option})`;
  });
}

// --- internal ---

const allTrainOptions: Readonly<Record<string, string>> = Object.assign({}, ...taskKinds.map(trainOptionsOf));

const allKeys = configSchema.options.flatMap((option) => [...leavesOf(option)]);
const unique = [...new Set(allKeys)].sort((a, b) => b.length - a.length);
const nested = unique.filter((key) => key.includes('.')).map((key) => key.replaceAll('.', '\\.'));
const topLevel = unique.filter((key) => !key.includes('.'));

/** `model.hidden` as a word of its own; a key without a dot only where a sentence begins with it: `dtype: expected …`. */
const keys = new RegExp(
  `(?<![\\w./'"-]|--set )(${nested.join('|')})(?:\\.\\d+)*(?![\\w/=]|\\.\\w| \\()|(^|: )(${topLevel.join('|')})(?:\\.\\d+)*(?= expects|: )`,
  'g',
);

/** The paths of all values, of every variant. */
function* leavesOf(wrapped: z.ZodType, at: readonly string[] = []): Generator<string> {
  const schema = bare(wrapped);
  if (schema instanceof z.ZodDiscriminatedUnion) {
    for (const option of schema.options) yield* leavesOf(option as z.ZodType, at);
  } else if (schema instanceof z.ZodObject) {
    for (const [key, inner] of Object.entries(schema.shape))
      yield* leavesOf(inner as z.ZodType, [...at, key]);
  } else if (!['format', 'recipe', 'task'].includes(at[0])) {
    yield at.join('.');
  }
}
