/** The part of help that every command has: an example of its use. */
import type { Command } from 'commander';

/** Adds `Example:` with one command a line below the options. */
export function example(command: Command, ...lines: string[]): Command {
  const title = lines.length > 1 ? 'Examples' : 'Example';
  return command.addHelpText('after', `\n${title}:\n${lines.map((line) => `  $ ${line}`).join('\n')}`);
}
