/** Methods in words: `METHOD[:key=value,…][+METHOD…]`. The table below is the only place that lists them all. */
import { ConfigError } from '../errors.ts';
import { nearestWord } from '../options.ts';
import { ar } from './ar.ts';
import { awd } from './awd.ts';
import { combine } from './combine.ts';
import { curriculum } from './curriculum.ts';
import { dropconnect } from './dropconnect.ts';
import { fast } from './fast.ts';
import { fraternal } from './fraternal.ts';
import { gaussian } from './gaussian.ts';
import { naive } from './naive.ts';
import { noiseSites, type Regularizer } from './noise.ts';
import { none } from './none.ts';
import { rnndrop } from './rnndrop.ts';
import { semeniuta } from './semeniuta.ts';
import { standard } from './standard.ts';
import { tar } from './tar.ts';
import { variational } from './variational.ts';
import { weightDecay } from './weight-decay.ts';
import { weightNoise } from './weight-noise.ts';
import { zoneout } from './zoneout.ts';

/**
 * The regularizer that `text` names, e.g. `none`, `fast:input=.1,recurrent=.2,output=.5`, and of several
 * `fraternal:kappa=.1,same=weight/embedding+awd:weight=.5`.
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

type Value = number | string | boolean | readonly string[];

/** What a key holds; `sites` is a list with slashes between. */
type Kind = 'rate' | 'number' | 'word' | 'flag' | 'sites';

interface Method {
  make(options: Record<string, Value>): Regularizer;
  keys: Record<string, Kind>;
}

const methods: Record<string, Method> = {
  none: { make: none, keys: {} },
  standard: {
    make: standard,
    keys: { input: 'rate', recurrent: 'rate', output: 'rate', interval: 'word', scaling: 'word' },
  },
  dropconnect: {
    make: dropconnect,
    keys: { weight: 'rate', weightIn: 'rate', examples: 'word', inference: 'word', samples: 'number' },
  },
  naive: { make: naive, keys: { input: 'rate', output: 'rate', scaling: 'word' } },
  variational: {
    make: variational,
    keys: { input: 'rate', recurrent: 'rate', output: 'rate', embedding: 'rate', gates: 'word' },
  },
  rnndrop: { make: rnndrop, keys: { cell: 'rate', interval: 'word' } },
  semeniuta: {
    make: semeniuta,
    keys: { update: 'rate', recurrent: 'rate', input: 'rate', output: 'rate', interval: 'word' },
  },
  zoneout: { make: zoneout, keys: { hidden: 'rate', cell: 'rate' } },
  awd: {
    make: awd,
    keys: {
      weight: 'rate',
      input: 'rate',
      hidden: 'rate',
      output: 'rate',
      embedding: 'rate',
      ar: 'number',
      tar: 'number',
      rows: 'flag',
    },
  },
  fraternal: { make: fraternal, keys: { kappa: 'number', variant: 'word', same: 'sites' } },
  curriculum: { make: curriculum, keys: { schedule: 'word', gamma: 'number', at: 'number' } },
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
      slope: 'number',
      recurrentMean: 'word',
    },
  },
  gaussian: {
    make: gaussian,
    keys: {
      input: 'rate',
      recurrent: 'rate',
      output: 'rate',
      cell: 'rate',
      update: 'rate',
      interval: 'word',
    },
  },
  'weight-noise': { make: weightNoise, keys: { deviation: 'number', weight: 'number', form: 'word' } },
  ar: { make: ar, keys: { alpha: 'number' } },
  tar: { make: tar, keys: { beta: 'number' } },
  'weight-decay': { make: weightDecay, keys: { lambda: 'number', decoupled: 'flag' } },
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

function parseValue(where: string, kind: Kind, value: string): Value {
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
