import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { useScratch } from '../../../data/scratch.suite.ts';
import { loadPairs } from './load.ts';
import { readingFile, readReading, requireSameReading, writeReading } from './reading-file.ts';
import { putFolder, settings, side } from './testing.suite.ts';

const scratch = useScratch();
const load = (over: Parameters<typeof settings>[1] = {}, files = {}, name = 'en-de') =>
  loadPairs(settings(putFolder(scratch.put, files, name), over), { cwd: scratch.root, env: scratch.env });

describe('what a run reads by', () => {
  it.each(['joint', 'shared', 'separate'] as const)(
    'comes back from its directory, %s',
    async (vocabulary) => {
      const { reading } = await load({ tokens: { vocabulary } });
      scratch.put(readingFile, writeReading(reading));
      const back = readReading(scratch.root);
      expect(writeReading(back)).toBe(writeReading(reading));
      expect(back.source === back.target).toBe(vocabulary === 'shared');
      const text = side(1).split('\n')[7];
      expect(back.target.encode(text)).toEqual(reading.target.encode(text));
    },
  );

  it('is refused when it is missing, cut off, or something else', async () => {
    expect(() => readReading(scratch.root)).toThrow(/vocabulary\.json: cannot be read/);
    const { reading } = await load();
    const whole = writeReading(reading);
    for (const broken of [
      '',
      whole.slice(0, 500),
      whole.replace('"format":1', '"format":2'),
      '{"level":"word"}',
      whole.replace('"sharesVocabulary":false', '"sharesVocabulary":true'),
    ]) {
      scratch.put(readingFile, broken);
      expect(() => readReading(scratch.root)).toThrow(DataError);
      expect(() => readReading(scratch.root)).toThrow(/vocabulary\.json holds no vocabularies of format 1: /);
    }
  });

  it('has to be that of the data that its weights are used with', async () => {
    const data = await load();
    scratch.put(readingFile, writeReading(data.reading));
    expect(() => requireSameReading(scratch.root, data)).not.toThrow();
    const fewer = await load({ tokens: { merges: 20 } });
    expect(() => requireSameReading(scratch.root, fewer)).toThrow(ConfigError);
    expect(() => requireSameReading(scratch.root, fewer)).toThrow(
      /expected the source vocabulary of .*, found \d+ pieces and \d+/,
    );
    // As many pieces, and others: a file whose content was changed by hand.
    const file = path.join(scratch.root, readingFile);
    const swapped = readFileSync(file, 'utf8').replace('"r","e"', '"e","r"');
    writeFileSync(file, swapped);
    if (swapped !== writeReading(data.reading))
      expect(() => requireSameReading(scratch.root, data)).toThrow(/other pieces or merges/);
  });
});
