/** Methods in words: `METHOD[:key=value,…][+METHOD…]`. The table below is the only place that lists them. */
import { ConfigError } from '../errors.ts';
import { nearestWord } from '../options.ts';
import { combine } from './combine.ts';
import { fast } from './fast.ts';
import type { Regularizer } from './noise.ts';
import { none } from './none.ts';
import { standard } from './standard.ts';

/**
 * The regularizer that `text` names, e.g. `fast:input=.1,recurrent=.2,output=.5`, `none`, `standard:output=.5`;
 * several are joined by `+`.
 * @throws ConfigError for an unknown method or key, with the nearest known one, or a value out of range
 */
export function parseDropout(text: string): Regularizer {
  return combine(...text.split('+').map(parseMethod));
}

/** The methods that `parseDropout` knows. */
export function dropoutMethods(): string[] {
  return Object.keys(methods);
}

// --- internal ---

type Value = number | string | boolean;

interface Method {
  make(options: Record<string, Value>): Regularizer;
  /** keys and what they hold */
  keys: Record<string, 'rate' | 'number' | 'word' | 'flag'>;
}

const methods: Record<string, Method> = {
  none: { make: none, keys: {} },
  standard: { make: standard, keys: { input: 'rate', recurrent: 'rate', output: 'rate', scaling: 'word' } },
  fast: {
    make: fast,
    keys: {
      input: 'rate',
      recurrent: 'rate',
      output: 'rate',
      form: 'word',
      points: 'number',
      mode: 'word',
      scaling: 'word',
      propagateVariance: 'flag',
      finalLayer: 'word',
    },
  },
};

function parseMethod(text: string): Regularizer {
  const colon = text.indexOf(':');
  const name = (colon < 0 ? text : text.slice(0, colon)).trim();
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!method) throw unknown(`dropout: unknown method "${name}"`, name, dropoutMethods());
  const options: Record<string, Value> = {};
  for (const setting of colon < 0 ? [] : text.slice(colon + 1).split(',')) {
    const [key, value, ...rest] = setting.split('=').map((part) => part.trim());
    if (!Object.hasOwn(method.keys, key)) {
      throw unknown(`dropout: unknown key "${key}" of ${name}`, key, Object.keys(method.keys));
    }
    if (value === undefined || value === '' || rest.length > 0) {
      throw new ConfigError(`dropout: expected ${name}:${key}=value, got "${setting.trim()}"`);
    }
    if (Object.hasOwn(options, key)) {
      throw new ConfigError(`dropout: expected ${key} of ${name} once, got it twice in "${text}"`);
    }
    options[key] = parseValue(`${name}:${key}`, method.keys[key], value);
  }
  return method.make(options);
}

function parseValue(where: string, kind: Method['keys'][string], value: string): Value {
  if (kind === 'word') return value;
  if (kind === 'flag') {
    if (value === 'true' || value === 'false') return value === 'true';
    throw new ConfigError(`dropout: expected ${where} to be true or false, got "${value}"`);
  }
  const number = Number(value);
  if (Number.isNaN(number)) {
    const what = kind === 'rate' ? 'a probability of dropping, at least 0 and below 1' : 'a number';
    throw new ConfigError(`dropout: expected ${where} to be ${what}, got "${value}"`);
  }
  return number;
}

function unknown(what: string, word: string, known: readonly string[]): ConfigError {
  const guess = nearestWord(word, known);
  const list = known.length > 0 ? `known: ${known.join(', ')}` : 'it takes none';
  return new ConfigError(`${what}; ${guess ? `did you mean "${guess}"? ` : ''}${list}`);
}
