/** Methods in words: `METHOD[:key=value,…][+METHOD…]`. The table below is the only place that lists them all. */
import { checkText } from '../checks.ts';
import { ConfigError } from '../errors.ts';
import { checkWord, nearestWord } from '../options.ts';
import { ar, arKeys } from './ar.ts';
import { awd, awdKeys } from './awd.ts';
import { combine } from './combine.ts';
import { curriculum, curriculumKeys } from './curriculum.ts';
import { dropconnect, dropconnectKeys } from './dropconnect.ts';
import { fast, fastKeys } from './fast.ts';
import { fraternal, fraternalKeys } from './fraternal.ts';
import { gaussianDropout, gaussianKeys } from './gaussian.ts';
import type { MethodKey, MethodKeys } from './method-keys.ts';
import { naive, naiveKeys } from './naive.ts';
import { noiseSites, type Regularizer } from './noise.ts';
import { none } from './none.ts';
import { rnndrop, rnndropKeys } from './rnndrop.ts';
import { semeniuta, semeniutaKeys } from './semeniuta.ts';
import { standard, standardKeys } from './standard.ts';
import { tar, tarKeys } from './tar.ts';
import { variational, variationalKeys } from './variational.ts';
import { weightDecay, weightDecayKeys } from './weight-decay.ts';
import { weightNoise, weightNoiseKeys } from './weight-noise.ts';
import { zoneout, zoneoutKeys } from './zoneout.ts';

/**
 * The regularizer that `text` names, e.g. `none`, `fast:input=.1,recurrent=.2,output=.5`, and of several
 * `fraternal:kappa=.1,same=weight/embedding+awd:weight=.5`.
 * @throws ConfigError for an unknown method or key, with the nearest known one, or a value out of range
 */
export function parseDropout(text: string): Regularizer {
  checkText('parseDropout', 'text', text);
  return combine(...text.split('+').map(parseMethod));
}

/**
 * The same regularizer in words that say every rate: a method that is named without any gets those that it takes by default.
 * @param unnamed `zero` gives it none instead, as text had it that was written before there were defaults
 * @throws ConfigError as `parseDropout` does
 */
export function settledDropout(text: string, unnamed: 'default' | 'zero' = 'default'): string {
  checkText('settledDropout', 'text', text);
  checkWord('settledDropout', 'unnamed', unnamed, ['default', 'zero']);
  const settled = text.split('+').map((part) => {
    const { name, method, options } = settingsOf(part);
    const made = method.make(options);
    const given = Object.keys(options).length;
    const takesDefaults = made.name.split('=').length - 1 > given;
    if (!takesDefaults && made.lacks === undefined) return part;
    if (unnamed === 'default') return takesDefaults ? made.name : part;
    const rate = Object.keys(method.keys).find((key) => method.keys[key].kind === 'rate');
    return `${given > 0 ? `${part.trim()},` : `${name}:`}${rate}=0`;
  });
  return settled.join('+');
}

/** The methods that `parseDropout` knows. */
export function dropoutMethods(): string[] {
  return Object.keys(methods);
}

/**
 * The settings of a method: what each is and what leaving it out means.
 * @throws ConfigError for an unknown method, with the nearest known one
 */
export function dropoutKeys(name: string): MethodKeys {
  checkText('dropoutKeys', 'name', name);
  return methodNamed(name).keys;
}

// --- internal ---

type Value = number | string | boolean | readonly string[];

interface Method {
  make(options: Record<string, Value>): Regularizer;
  keys: MethodKeys;
}

const methods: Record<string, Method> = {
  none: { make: none, keys: {} },
  standard: { make: standard, keys: standardKeys },
  dropconnect: { make: dropconnect, keys: dropconnectKeys },
  naive: { make: naive, keys: naiveKeys },
  variational: { make: variational, keys: variationalKeys },
  rnndrop: { make: rnndrop, keys: rnndropKeys },
  semeniuta: { make: semeniuta, keys: semeniutaKeys },
  zoneout: { make: zoneout, keys: zoneoutKeys },
  awd: { make: awd, keys: awdKeys },
  fraternal: { make: fraternal, keys: fraternalKeys },
  curriculum: { make: curriculum, keys: curriculumKeys },
  fast: { make: fast, keys: fastKeys },
  gaussian: { make: gaussianDropout, keys: gaussianKeys },
  'weight-noise': { make: weightNoise, keys: weightNoiseKeys },
  ar: { make: ar, keys: arKeys },
  tar: { make: tar, keys: tarKeys },
  'weight-decay': { make: weightDecay, keys: weightDecayKeys },
};

function parseMethod(text: string): Regularizer {
  const { method, options } = settingsOf(text);
  return method.make(options);
}

function settingsOf(text: string): { name: string; method: Method; options: Record<string, Value> } {
  const colon = text.indexOf(':');
  const name = (colon < 0 ? text : text.slice(0, colon)).trim();
  const method = methodNamed(name);
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
    options[key] = parseValue(`${name}:${key}`, method.keys[key].kind, value);
  }
  return { name, method, options };
}

function methodNamed(name: string): Method {
  if (Object.hasOwn(methods, name)) return methods[name];
  throw unknown(`dropout: unknown method "${name}"`, name, dropoutMethods());
}

function parseValue(where: string, kind: MethodKey['kind'], value: string): Value {
  if (kind === 'word') return value;
  if (kind === 'sites') return value.split('/').map((site) => parseSite(where, site.trim()));
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

function parseSite(where: string, site: string): string {
  if ((noiseSites as readonly string[]).includes(site)) return site;
  throw unknown(`dropout: unknown site "${site}" in ${where}`, site, noiseSites);
}

function unknown(what: string, word: string, known: readonly string[]): ConfigError {
  const guess = nearestWord(word, known);
  const list = known.length > 0 ? `known: ${known.join(', ')}` : 'it takes none';
  return new ConfigError(`${what}; ${guess ? `did you mean "${guess}"? ` : ''}${list}`);
}
