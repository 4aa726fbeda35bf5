/**
 * Wrong use of the command and the readers of option values. Every reader names the option, what it
 * expects and what it found.
 */
import { LetheError } from 'lethe';
import { didYouMean } from './nearest.ts';

/** The command was called in a way that it cannot follow; exit code 2. */
export class UsageError extends LetheError {
  constructor(message: string) {
    super('E_USAGE', message);
  }
}

/** The user stopped the command; exit code 130. The message says how to go on, if there is something to go on with. */
export class Interrupted extends LetheError {
  constructor(message = 'interrupted') {
    super('E_INTERRUPTED', message);
  }
}

/** Reads a whole number of at least `least` (and at most `most`); throws UsageError. */
export function wholeNumber(
  option: string,
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text.trim()) || !Number.isSafeInteger(value) || value < least || value > most) {
      const limit = most < Number.MAX_SAFE_INTEGER ? ` and at most ${most}` : '';
      throw new UsageError(`${option} expects a whole number of at least ${least}${limit}, found '${text}'`);
    }
    return value;
  };
}

/** Reads a number above zero (at most `most`); throws UsageError. */
export function positiveNumber(option: string, most = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value > 0) || !Number.isFinite(value) || value > most) {
      const limit = Number.isFinite(most) ? ` and at most ${most}` : '';
      throw new UsageError(`${option} expects a number above 0${limit}, found '${text}'`);
    }
    return value;
  };
}

/** Reads a number from 0 to 1; throws UsageError. */
export function share(option: string): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= 0 && value <= 1) return value;
    throw new UsageError(`${option} expects a number from 0 to 1, found '${text}'`);
  };
}

/** Reads one word of a list; throws UsageError that names the nearest. */
export function oneOf<W extends string>(option: string, words: readonly W[]): (text: string) => W {
  return (text) => {
    if ((words as readonly string[]).includes(text)) return text as W;
    throw new UsageError(`${option} expects ${words.join(', ')}, found '${text}'${didYouMean(text, words)}`);
  };
}

/** Reads a path, a name or a text, whatever characters it holds; throws UsageError when it is empty. */
export function someText(option: string): (text: string) => string {
  return (text) => {
    if (text === '')
      throw new UsageError(`${option} expects some text, found none; an empty text stands for nothing`);
    return text;
  };
}

/** Collects an option that may be given several times. */
export function collect(text: string, before: string[] = []): string[] {
  return [...before, text];
}
