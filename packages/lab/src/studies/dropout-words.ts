/**
 * Single settings in the words of a method, as studies name them among their parameters: `dropout.input` is the key of
 * `fast:input=.1`, and `dropout.awd.weight` says whose it is where several methods are joined.
 */
import { ConfigError } from 'lethe';
import { dropoutKeys, type MethodKey } from 'lethe/dropout';
import { didYouMean } from '../common/nearest.ts';
import type { Value } from './space.ts';

/** One method of the words, with what it is given. */
export interface MethodWords {
  name: string;
  settings: [key: string, value: string][];
}

const prefix = 'dropout.';

/** Whether a parameter is a setting of the method, and no key of the configuration. */
export const isDropoutKey = (parameter: string): boolean => parameter.startsWith(prefix);

/** The methods of `fraternal:kappa=.1+awd:weight=.5`, one after the other. What is no method or setting is told by whoever parses them. */
export function methodsIn(words: string): MethodWords[] {
  return words.split('+').map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) return { name: part.trim(), settings: [] };
    const settings = part
      .slice(colon + 1)
      .split(',')
      .map((setting): [string, string] => {
        const [key, ...value] = setting.split('=');
        return [key.trim(), value.join('=').trim()];
      });
    return { name: part.slice(0, colon).trim(), settings };
  });
}

/** All parameters that the words have, with what each is: `dropout.KEY`, of joined methods `dropout.METHOD.KEY`. */
export function dropoutParameters(
  words: string,
): { parameter: string; about: MethodKey; isGiven: boolean }[] {
  const methods = methodsIn(words);
  return methods.flatMap(({ name, settings }) =>
    Object.entries(dropoutKeys(name)).map(([key, about]) => ({
      parameter: methods.length > 1 ? `${prefix}${name}.${key}` : `${prefix}${key}`,
      about,
      isGiven: settings.some(([given]) => given === key),
    })),
  );
}

/**
 * The words with one setting changed or added.
 * @throws ConfigError for a parameter that none of the methods has, with the nearest, or that several have
 */
export function withSetting(words: string, parameter: string, value: Value): string {
  const methods = methodsIn(words);
  const { method, key } = placeOf(methods, words, parameter);
  const given = method.settings.find(([name]) => name === key);
  if (given) given[1] = String(value);
  else method.settings.push([key, String(value)]);
  return methods
    .map(({ name, settings }) =>
      settings.length === 0 ? name : `${name}:${settings.map((pair) => pair.join('=')).join(',')}`,
    )
    .join('+');
}

/** What the words say of a setting, else what leaving it out means; null where that is nowhere said. Throws as {@link withSetting}. */
export function settingIn(words: string, parameter: string): Value {
  const { method, key } = placeOf(methodsIn(words), words, parameter);
  const about: MethodKey = dropoutKeys(method.name)[key];
  const text = method.settings.find(([name]) => name === key)?.[1];
  if (text === undefined) return about.default ?? (about.kind === 'rate' ? 0 : null);
  if (about.kind === 'flag') return text === 'true';
  return about.kind === 'rate' || about.kind === 'number' ? Number(text) : text;
}

// --- internal ---

function placeOf(
  methods: MethodWords[],
  words: string,
  parameter: string,
): { method: MethodWords; key: string } {
  const path = parameter.slice(prefix.length);
  const all = methods.flatMap((method) =>
    Object.keys(dropoutKeys(method.name)).map((key) => ({ method, key, whole: `${method.name}.${key}` })),
  );
  const found = all.filter(({ key, whole }) => path === key || path === whole);
  if (found.length === 1) return found[0];
  if (found.length > 1) {
    const choices = found.map(({ whole }) => prefix + whole).join(' or ');
    throw new ConfigError(`${parameter}: several methods of ${words} have it; write ${choices}`);
  }
  const known = all.map(({ key, whole }) => prefix + (methods.length > 1 ? whole : key));
  if (known.length === 0) {
    throw new ConfigError(`${parameter}: ${words} has no settings; choose a method with --dropout`);
  }
  const guess = didYouMean(parameter, known);
  throw new ConfigError(`${parameter} is no setting of ${words}${guess}; known: ${known.join(', ')}`);
}
