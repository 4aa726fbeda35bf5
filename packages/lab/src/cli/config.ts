/** `lethe config`: every key of a task's configuration. */
import type { Command } from 'commander';
import { oneOf } from '../common/usage.ts';
import type { OptionValues } from '../tasks/kind.ts';
import { givenOptions, longName, valueName } from '../tasks/options.ts';
import { kindOf, taskKinds } from '../tasks/registry.ts';
import type { ConfigKey } from '../training/config-keys.ts';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { listing } from './listing.ts';
import { Output } from './output.ts';
import { addTaskOptions, examplesOf } from './task-options.ts';

/** Adds `config` to the command. */
export function addConfig(lethe: Command, io: Io): void {
  const command = lethe
    .command('config')
    .description(
      'lists every key of a configuration: type, default, meaning, and the option of train that sets it',
    )
    .argument('<task>', names.join(', '));
  addTaskOptions(command, ({ config }) => config.choices)
    .option('--json', 'one JSON document on standard output')
    .action((task: string, options: OptionValues) => run(task, options, new Output(io, options)));
  example(command, ...examplesOf('config'));
}

// --- internal ---

const names = taskKinds.map(({ name }) => name);

async function run(task: string, options: OptionValues, output: Output): Promise<void> {
  const { configKeys } = await import('../training/config-keys.ts');
  const { optionOf } = await import('../training/option-names.ts');
  const { treeOf } = await import('../training/resolve.ts');
  const { choices } = kindOf(oneOf('<task>', names)(task)).config;
  const given = givenOptions(choices, options);
  const [choice] = choices
    .map((option) => ({ key: option.key!, value: given[valueName(longName(option))] }))
    .filter(({ value }) => value !== undefined);
  const keys = configKeys(task, choice ? treeOf(choice.key, choice.value) : {}).map((key) => ({
    ...key,
    option: optionOf(key.key),
  }));
  output.event({ task, keys });
  output.say(
    `lethe train ${task}/DATASET, with --set KEY=VALUE or the option named; none leaves a setting out`,
  );
  for (const key of keys) {
    output.say();
    for (const line of listing(headOf(key), key.meaning, output)) output.say(line);
  }
}

function headOf({ key, type, default: value, of, option }: ConfigKey & { option: string }): [string, string] {
  const only = of ? ` (of ${of.join(', ')})` : '';
  const short = option.startsWith('--set') ? '' : `, ${option}`;
  return [`${key}=${inWords(value)}`, `${type}${short}${only}`];
}

/** As `--set` takes it. */
function inWords(value: unknown): string {
  if (value === null) return 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
