/** The part of help that every command has, an example of its use, and `lethe help COMMAND`. */
import type { Command } from 'commander';
import { didYouMean } from '../common/nearest.ts';
import { UsageError } from '../common/usage.ts';

/** Adds `Example:` with one command a line below the options. */
export function example(command: Command, ...lines: string[]): Command {
  const title = lines.length > 1 ? 'Examples' : 'Example';
  return command.addHelpText('after', `\n${title}:\n${lines.map((line) => `  $ ${line}`).join('\n')}`);
}

/** Adds `help`, which prints the help of a command by its whole name. Its action throws UsageError for one that there is not. */
export function addHelp(lethe: Command): void {
  const command = lethe
    .command('help')
    .description('prints the help of a command')
    .argument('[command...]', 'a command, e.g. train, or data stats')
    .action((names: string[]) => named(lethe, names).help());
  example(command, 'lethe help train', 'lethe help data stats');
}

// --- internal ---

function named(lethe: Command, names: readonly string[]): Command {
  let here = lethe;
  for (const [depth, name] of names.entries()) {
    const known = here.commands.map((command) => command.name());
    const found = here.commands.find((command) => command.name() === name);
    if (!found) {
      const whole = ['lethe', ...names.slice(0, depth)].join(' ');
      const advice = didYouMean(name, known) || `; \`${whole} --help\` lists what there is`;
      throw new UsageError(`there is no command '${name}'${advice}`);
    }
    here = found;
  }
  return here;
}
