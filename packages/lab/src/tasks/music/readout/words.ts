/** How notes of a frame depend on each other, in words: `bernoulli`, or `nade:hidden=200,…`. */
import { ConfigError } from 'lethe';
import { didYouMean } from '../../../common/nearest.ts';

/** In which order the notes of a frame are told: by their pitch, or in an order drawn from the seed of the run. */
export type NoteOrder = 'low-high' | 'high-low' | 'random';

/** The distribution of a frame given the state. */
export type ReadoutWords =
  | { kind: 'bernoulli' }
  | {
      kind: 'nade';
      /** hidden units */
      hidden: number;
      order: NoteOrder;
      /** how many orders are averaged: `order`, of orders by pitch its reverse, and others that are drawn */
      orders: number;
      /** rate of dropping its hidden units */
      dropout: number;
      /** what is read of a Gaussian state */
      moments: 'averaged' | 'mean';
    };

/** What people may write. */
export const readoutForms =
  'bernoulli, independent notes, or nade[:hidden=200,order=low-high|high-low|random,orders=1,dropout=0,moments=averaged|mean]';

/** Throws ConfigError for a word, key or value that is not there, with the nearest one. */
export function parseReadout(text: string): ReadoutWords {
  const [kind, ...rest] = text.split(':');
  const settings = rest.join(':');
  if (kind !== 'bernoulli' && kind !== 'nade') {
    throw wrong(`bernoulli or nade, found '${text}'${didYouMean(kind, ['bernoulli', 'nade'])}`);
  }
  if (kind === 'bernoulli') {
    if (rest.length > 0) throw wrong(`bernoulli without settings, found '${text}'`);
    return { kind };
  }
  const found = new Map<string, string>();
  for (const setting of settings === '' ? [] : settings.split(',')) {
    const [key, value = '', ...more] = setting.split('=');
    if (!(nadeKeys as readonly string[]).includes(key) || value === '' || more.length > 0) {
      throw wrong(
        `settings of nade as key=value with ${nadeKeys.join(', ')}, found '${setting}'${didYouMean(key, nadeKeys)}`,
      );
    }
    if (found.has(key)) throw wrong(`${key} once, found it again in '${text}'`);
    found.set(key, value);
  }
  const whole = (key: string, otherwise: number, most: number): number => {
    const value = Number(found.get(key) ?? otherwise);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw wrong(`nade's ${key} to be a whole number from 1 to ${most}, found '${found.get(key)}'`);
  };
  const hidden = whole('hidden', 200, 65_536);
  const orders = whole('orders', 1, 100);
  const dropout = Number(found.get('dropout') ?? 0);
  if (!(dropout >= 0 && dropout < 1)) {
    throw wrong(`nade's dropout to be at least 0 and below 1, found '${found.get('dropout')}'`);
  }
  const order = word('order', found.get('order') ?? 'low-high', ['low-high', 'high-low', 'random']);
  const moments = word('moments', found.get('moments') ?? 'averaged', ['averaged', 'mean']);
  return { kind, hidden, order, orders, dropout, moments };
}

// --- internal ---

const nadeKeys = ['hidden', 'order', 'orders', 'dropout', 'moments'] as const;

function word<W extends string>(key: string, text: string, words: readonly W[]): W {
  if ((words as readonly string[]).includes(text)) return text as W;
  throw wrong(`nade's ${key} to be ${words.join(' or ')}, found '${text}'${didYouMean(text, words)}`);
}

function wrong(what: string): ConfigError {
  return new ConfigError(`model.readout: expected ${what}`);
}
