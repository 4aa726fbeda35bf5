/** Names of columns that say what they are for, in lower case, the more certain first. */

export const columnNames = {
  text: [
    'text',
    'sentence',
    'review',
    'document',
    'comment',
    'content',
    'body',
    'message',
    'tweet',
    'utterance',
    'phrase',
    'description',
    'question',
    'snippet',
    'headline',
    'title',
    'subj',
  ],
  label: [
    'label',
    'class',
    'category',
    'sentiment',
    'polarity',
    'target',
    'rating',
    'score',
    'stars',
    'grade',
    'intent',
    'topic',
    'emotion',
    'labels',
    'state',
    'outcome',
    'activity',
    // Of numbers it is as often a coordinate.
    'y',
  ],
  id: [
    'unique_id',
    'series_id',
    'item_id',
    'id',
    'series',
    'sequence',
    'sequence_id',
    'seq',
    'seq_id',
    'run',
    'run_id',
    'ts_id',
    'store',
    'store_id',
    'item',
    'sensor',
    'sensor_id',
    'device',
    'device_id',
    'machine',
    'machine_id',
    'subject',
    'subject_id',
    'patient',
    'patient_id',
    'session',
    'session_id',
    'key',
  ],
  time: [
    'ds',
    'timestamp',
    'datetime',
    'date',
    'time',
    't',
    'day',
    'week',
    'month',
    'quarter',
    'year',
    'hour',
    'step',
    'period',
    'datum',
    'zeit',
    'zeitpunkt',
    'monat',
    'jahr',
    'tag',
    'woche',
    'fecha',
    'data',
    'index',
  ],
  target: [
    'y',
    'target',
    'value',
    'values',
    'sales',
    'demand',
    'quantity',
    'count',
    'amount',
    'wert',
    'umsatz',
    'menge',
  ],
  group: [
    'group',
    'author',
    'user',
    'user_id',
    'speaker',
    'patient',
    'patient_id',
    'subject',
    'subject_id',
    'session',
    'document',
  ],
  split: ['split', 'set', 'subset', 'partition', 'fold'],
} as const satisfies Record<string, readonly string[]>;

/** What a name may be known for. */
export type KnownRole = keyof typeof columnNames;

/** How certain a name is for a role: 0 the most; undefined where it is none of its names. */
export function knownAs(role: KnownRole, name: string): number | undefined {
  const place = (columnNames[role] as readonly string[]).indexOf(plain(name));
  return place < 0 ? undefined : place;
}

/** Whether a name is one of any role. */
export function isKnownName(name: string): boolean {
  return all.has(plain(name));
}

/** Whether a word of a name says that it is a time: `ts`, `event_time`, `createdAt`. */
export const saysTime = (name: string): boolean =>
  name
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .some((word) => timeWords.has(word));

// --- internal ---

const timeWords = new Set([
  ...['ts', 'time', 'timestamp', 'datetime', 'date', 'dt', 'at', 'epoch', 'unix', 'unixtime', 'utc'],
  ...['day', 'week', 'month', 'yearmonth', 'yearweek', 'yyyymm', 'yyyymmdd'],
  ...['datum', 'zeit', 'zeitpunkt', 'zeitstempel', 'tag', 'woche', 'kw', 'monat', 'fecha'],
]);

const plain = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
const all = new Set<string>(Object.values(columnNames).flat());
