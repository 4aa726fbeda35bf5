/** Options of a command that only runs of some tasks know. */
import { UsageError } from '../common/usage.ts';
import type { OptionValues, TaskKind, TaskOption } from './kind.ts';
import { taskKinds } from './registry.ts';

/** What a kind has for a command. */
export type OptionsOf = (kind: TaskKind) => readonly TaskOption[] | undefined;

/** The options of all kinds, each once: kinds may share one. */
export function allOptions(of: OptionsOf): TaskOption[] {
  const byFlags = new Map(
    taskKinds.flatMap((kind) => of(kind) ?? []).map((option) => [longName(option), option]),
  );
  return [...byFlags.values()];
}

/** `--top-k` */
export const longName = ({ flags }: TaskOption): string => flags.split(' ')[0];

/** `topK`, as the parser of the command line calls it; of `--no-header` it is `header`. */
export const valueName = (option: string): string =>
  option.replace(/^--(no-)?/, '').replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** The values of these options among all that were given. */
export function givenOptions(options: readonly TaskOption[] | undefined, given: OptionValues): OptionValues {
  const names = (options ?? []).map((option) => valueName(longName(option)));
  return Object.fromEntries(
    names.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
  );
}

/** `texts, pairs of sentences and labelled data`: what some kinds' data are called. */
export const thingsOf = (kinds: readonly TaskKind[]): string =>
  new Intl.ListFormat('en-GB').format(kinds.map(({ things }) => things));

/** The first option that cannot be done without and is not among the values. */
export function missingOption(options: readonly TaskOption[], given: OptionValues): TaskOption | undefined {
  return options.find((option) => option.required && given[valueName(longName(option))] === undefined);
}

/** Throws UsageError, with the sentence that is given, for an option of other kinds alone. */
export function refuseOthers(
  kind: TaskKind,
  of: OptionsOf,
  given: OptionValues,
  sentence: (option: string, able: readonly TaskKind[]) => string,
): void {
  const own = new Set((of(kind) ?? []).map(longName));
  for (const option of allOptions(of).map(longName)) {
    if (own.has(option) || given[valueName(option)] === undefined) continue;
    const able = taskKinds.filter((one) => of(one)?.some((its) => longName(its) === option));
    throw new UsageError(sentence(option, able));
  }
}
