/** A schedule or an average in words, `one-cycle:first=.1,momentum=.8/.7`, as the tree that a configuration holds. */
import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from 'lethe';
import { printable } from 'lethe/internal';
import type { Tree } from '../common/tree.ts';
import { readYaml } from '../common/yaml.ts';

/**
 * The settings that words stand for: the kind, then `key=value` with commas between, lists with `/` between their values.
 * @param where names the key or option that they were given for
 * Throws ConfigError for what has another form; kinds and keys are not looked at.
 */
export function variantOfWords(words: string, where: string): Tree {
  const [kind, ...rest] = words.split(':');
  const settings = rest.join(':').trim();
  const tree = new Map<string, unknown>([['kind', kind.trim()]]);
  for (const setting of settings === '' ? [] : settings.split(',')) {
    const at = setting.indexOf('=');
    const key = setting.slice(0, Math.max(0, at)).trim();
    if (key === '' || key === 'kind') {
      throw new ConfigError(
        `${where} expects KIND:key=value,… such as cosine:warmup=.1, found '${printable(words, 100)}'`,
      );
    }
    const values = setting.slice(at + 1).split('/');
    const read = values.map((text) => readYaml(text, `${where}, ${printable(key, 40)}`));
    tree.set(key, read.length === 1 ? read[0] : read);
  }
  return Object.fromEntries(tree);
}

/** The words that stand for a schedule or an average: its kind, and what is not as it begins with. */
export function wordsOfVariant(tree: Tree, defaults: Tree): string {
  const { kind, ...settings } = tree;
  const own = Object.entries(settings).filter(([key, value]) => !isDeepStrictEqual(value, defaults[key]));
  const words = own.map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('/') : value}`);
  return words.length === 0 ? String(kind) : `${kind}:${words.join(',')}`;
}
