/**
 * `--vary KEY=VALUES`: the key of a configuration or a setting of its method, and the values that it takes one after the other; behind semicolons
 * keys that move with it, `KEY=VALUES;KEY=VALUES`.
 */
import { ConfigError } from 'lethe';
import { UsageError } from '../../common/usage.ts';
import { isDropoutKey } from '../../studies/dropout-words.ts';
import type { Value } from '../../studies/space.ts';
import { readSetting } from '../../training/resolve.ts';
import { methodList } from '../search/method-list.ts';

/** What is varied, and over what. */
export interface Varied {
  key: string;
  values: Value[];
  /** keys that move with it, as many values each */
  together?: Record<string, Value[]>;
}

/** Values of one axis; more would be a slip of the hand. */
const mostValues = 1000;

/**
 * Reads one key, or several that move together, with semicolons between them: the first is what is swept and drawn.
 * @throws UsageError as `KEY=VALUES` does, and for keys with different numbers of values or one that stands there twice
 */
export function readVaried(text: string): Varied {
  const [first, ...others] = text.split(';').map(readOne);
  const { values: swept } = first;
  const again = swept.find((value, i) => swept.indexOf(value) !== i);
  if (again !== undefined) refuse(text, `has ${again} twice`);
  if (others.length === 0) return first;
  const together: Record<string, Value[]> = {};
  for (const { key, values } of others) {
    if (key === first.key || key in together) refuse(text, `has ${key} twice`);
    if (values.length !== swept.length) {
      refuse(
        text,
        `expects as many values of ${key} as of ${first.key}, found ${values.length} and ${swept.length}`,
      );
    }
    together[key] = values;
  }
  return { ...first, together };
}

// --- internal ---

/**
 * Reads `start:end:step` (both ends included, as far as the steps meet the end), `start:end:xFACTOR` (in factors), or values with commas between
 * them. Throws UsageError for what is neither, an empty range, a step that leads nowhere, values that stand there twice.
 */
function readOne(text: string): Varied {
  const at = text.indexOf('=');
  if (at < 1) refuse(text, 'expects KEY=START:END:STEP or KEY=A,B,C');
  const key = text.slice(0, at).trim();
  const rest = text.slice(at + 1).trim();
  if (key === 'seed') refuse(text, 'cannot vary seed; --seeds says how many there are');
  if (/^(task|format|threads|recipe)\b/.test(key)) refuse(text, `cannot vary ${key}`);
  if (rest === '') refuse(text, 'expects values, found none');
  const values = isRange(rest) ? rangeOf(rest, text) : listOf(key, rest, text);
  if (values.length > mostValues) refuse(text, `has ${values.length} values, more than ${mostValues}`);
  return { key, values };
}

function refuse(text: string, why: string): never {
  throw new UsageError(`--vary ${text.length > 100 ? `${text.slice(0, 99)}…` : text}: ${why}`);
}

/** What begins as a number and has a colon is no list: methods have theirs behind a name. */
const isRange = (rest: string): boolean => /^[-+.\d][^,:]*:/.test(rest);

function rangeOf(rest: string, text: string): number[] {
  const parts = rest.split(':');
  const factor = /^[x*]/.test(parts[2] ?? '');
  const numbers = parts.map((part, i) => numberIn(i === 2 && factor ? part.slice(1) : part));
  if (parts.length !== 3 || numbers.some((number) => !Number.isFinite(number))) {
    refuse(text, `expects START:END:STEP in numbers, such as 0:.8:.1 or .0001:.1:x10, found ${rest}`);
  }
  const [start, end, step] = numbers;
  return factor ? inFactors(start, end, step, text) : inSteps(start, end, step, text);
}

function inSteps(start: number, end: number, step: number, text: string): number[] {
  if (step === 0) refuse(text, 'expects a step other than 0');
  const count = Math.floor((end - start) / step + 1e-9) + 1;
  if (count < 1) refuse(text, `is empty: no step of ${step} leads from ${start} to ${end}`);
  if (count > mostValues) refuse(text, `has ${count} values, more than ${mostValues}`);
  return Array.from({ length: count }, (_, i) => digits(start + i * step));
}

function inFactors(start: number, end: number, factor: number, text: string): number[] {
  if (!(start > 0 && end > 0 && factor > 0) || factor === 1) {
    refuse(text, 'expects ends above 0 and a factor above 0 other than 1');
  }
  const count = Math.floor(Math.log(end / start) / Math.log(factor) + 1e-9) + 1;
  if (count < 1) refuse(text, `is empty: no factor of ${factor} leads from ${start} to ${end}`);
  if (count > mostValues) refuse(text, `has ${count} values, more than ${mostValues}`);
  return Array.from({ length: count }, (_, i) => digits(start * factor ** i));
}

function listOf(key: string, rest: string, text: string): Value[] {
  if (key === 'model.dropout') return methodList(rest, '--vary model.dropout');
  return rest.split(',').map((piece, i) => {
    const word = piece.trim();
    if (word === '') refuse(text, `expects values with commas between them, found nothing in place ${i + 1}`);
    if (isDropoutKey(key)) return Number.isNaN(numberIn(word)) ? word : numberIn(word);
    const value = readSetting(key, word);
    if (typeof value === 'object' && value !== null) {
      throw new ConfigError(`--vary ${key} expects single values, found ${word}`);
    }
    return value as Value;
  });
}

const numberIn = (text: string): number =>
  /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;

/** Steps add up to what one would write: .3 and not .30000000000000004. */
const digits = (value: number): number => Number(value.toPrecision(12));
