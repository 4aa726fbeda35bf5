/** What tasks add to a command: options of theirs, and examples. */
import { type Command, Option } from 'commander';
import type { OptionValues, TaskKind } from '../tasks/kind.ts';
import { allOptions, longName, type OptionsOf, refuseOthers, thingsOf, valueName } from '../tasks/options.ts';
import { taskKinds } from '../tasks/registry.ts';

/** Adds the options of all tasks. One that no task which has the command can go without the command asks for at once. */
export function addTaskOptions(command: Command, of: OptionsOf): Command {
  const having = taskKinds.filter((kind) => of(kind) !== undefined);
  for (const option of allOptions(of)) {
    const { flags, description, read } = option;
    const isRequired = having.every((kind) =>
      of(kind)!.some((one) => one.required && longName(one) === longName(option)),
    );
    const added = new Option(flags, description).makeOptionMandatory(isRequired);
    command.addOption(read ? added.argParser(read) : added);
  }
  return command;
}

/** Options of a task that set keys of its configuration: of commands that train. */
export const configOptions = ({ config }: TaskKind) => config.options;

/** Their values by key, of a target of `kind`. Throws UsageError for an option of other tasks alone. */
export function configSettings(
  kind: TaskKind,
  target: string,
  options: OptionValues,
): Record<string, unknown> {
  refuseOthers(
    kind,
    configOptions,
    options,
    (option, able) => `${option} is for ${thingsOf(able)}, found ${target}`,
  );
  return Object.fromEntries(
    kind.config.options.map((option) => [option.key!, options[valueName(longName(option))]]),
  );
}

/** The command lines that tasks show in the help of a command. */
export function examplesOf(command: string): string[] {
  return taskKinds.flatMap(({ examples }) => examples?.[command] ?? []);
}
