/**
 * From an error to the one sentence on standard error and the exit code: 0 done, 1 failed, 2 wrong use,
 * 130 interrupted.
 */
import { CommanderError } from 'commander';
import { ConfigError, LetheError } from 'lethe';
import { printable } from 'lethe/internal';
import { Interrupted, UsageError } from '../common/usage.ts';
import { systemReason } from '../files/system-error.ts';

/** How a run of the command ended. */
export interface Failure {
  exitCode: number;
  /** the sentence, without the `lethe COMMAND:` in front; absent when there is nothing to say */
  sentence?: string;
}

/** Says in one sentence what went wrong and with which exit code the command ends. */
export function failureOf(error: unknown, path: string): Failure {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { exitCode: 0 };
    // A command that only groups others was called alone; its help has been printed.
    if (error.code === 'commander.help') return { exitCode: 2 };
    return { exitCode: 2, sentence: ofCommander(error, path) };
  }
  if (error instanceof Interrupted) return { exitCode: 130, sentence: error.message };
  if (error instanceof UsageError || error instanceof ConfigError) {
    return { exitCode: 2, sentence: error.message };
  }
  if (error instanceof LetheError) return { exitCode: 1, sentence: error.message };
  const system = error as NodeJS.ErrnoException;
  if (system?.syscall && system.code) return { exitCode: 1, sentence: ofSystem(system) };
  const text = error instanceof Error ? error.message : String(error);
  return {
    exitCode: 1,
    sentence: `unexpected failure: ${text}; set LETHE_DEBUG=1 to see where`,
  };
}

/**
 * One line that starts with the command and ends with a full stop, of bounded length; whatever control characters file names
 * or files brought in are written as escapes.
 */
export function sentenceFor(path: string, sentence: string): string {
  let text = printable(sentence.trim().replace(/\s*\n\s*/g, ' '), longest);
  while (text.startsWith(`${path}: `)) text = text.slice(path.length + 2);
  return `${path}: ${text}${/[.?!]$/.test(text) ? '' : '.'}\n`;
}

// --- internal ---

/** Characters of a sentence. */
const longest = 4000;

/** The parser's own messages in the form of all others. */
function ofCommander(error: CommanderError, path: string): string {
  const text = error.message.replace(/^error: /, '').trim();
  const guess = /\(Did you mean (?:one of )?(.*?)\?\)/s.exec(text);
  const found = text
    .replace(/\s*\(Did you mean.*$/s, '')
    .replace(/\. Expected/, ', expected')
    .replace(/\.$/, '');
  const advice = guess ? `did you mean ${guess[1]}?` : `\`${path} --help\` lists what there is`;
  return `${found}; ${advice}`;
}

function ofSystem(error: NodeJS.ErrnoException): string {
  return `${error.path ?? error.syscall}: ${systemReason(error)} (${error.code})`;
}
