/** `lethe config`: every key of a task's configuration. */
import type { Command } from 'commander';
import type { ConfigKey } from '../training/config-keys.ts';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { listing } from './listing.ts';
import { Output } from './output.ts';
import { oneOf } from './usage.ts';

interface ConfigOptions {
  cell?: string;
  level?: string;
  json?: boolean;
}

/** Adds `config` to the command. */
export function addConfig(lethe: Command, io: Io): void {
  const command = lethe
    .command('config')
    .description(
      'lists every key of a configuration: type, default, meaning, and the option of train that sets it',
    )
    .argument('<task>', 'music, text')
    .option(
      '--cell <NAME>',
      'of music: the defaults of rnn, lstm or gru',
      oneOf('--cell', ['rnn', 'lstm', 'gru']),
    )
    .option('--level <NAME>', 'of text: the defaults of word or char', oneOf('--level', ['word', 'char']))
    .option('--json', 'one JSON document on standard output')
    .action((task: string, options: ConfigOptions) => run(task, options, new Output(io, options)));
  example(command, 'lethe config music', 'lethe config text --level char');
}

// --- internal ---

async function run(task: string, options: ConfigOptions, output: Output): Promise<void> {
  const { configKeys, configTasks } = await import('../training/config-keys.ts');
  const { optionOf } = await import('../training/option-names.ts');
  oneOf('<task>', configTasks())(task);
  const keys = configKeys(task, options).map((key) => ({ ...key, option: optionOf(key.key) }));
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
