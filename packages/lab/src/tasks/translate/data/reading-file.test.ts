import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { useScratch } from '../../../data/scratch.suite.ts';
import { loadPairs } from './load.ts';
import { keptReading, requireSameReading, storedReading } from './reading-file.ts';
import { putFolder, settings, side } from './testing.suite.ts';

const scratch = useScratch();
const load = (over: Parameters<typeof settings>[1] = {}, files = {}, name = 'en-de') =>
  loadPairs(settings(putFolder(scratch.put, files, name), over), { cwd: scratch.root, env: scratch.env });

describe('what a run reads by', () => {
  it.each(['joint', 'shared', 'separate'] as const)(
    'comes back from its directory, %s',
    async (vocabulary) => {
      const { reading } = await load({ tokens: { vocabulary } });
      scratch.put(keptReading.file, keptReading.text(storedReading(reading)));
      const back = keptReading.required(scratch.root);
      expect(keptReading.text(storedReading(back))).toBe(keptReading.text(storedReading(reading)));
      expect(back.source === back.target).toBe(vocabulary === 'shared');
      const text = side(1).split('\n')[7];
      expect(back.target.encode(text)).toEqual(reading.target.encode(text));
    },
  );

  it('is refused when it is missing, cut off, or something else', async () => {
    expect(() => keptReading.required(scratch.root)).toThrow(
      /expected vocabulary\.json, found none; the run is not complete/,
    );
    const { reading } = await load();
    const whole = keptReading.text(storedReading(reading));
    for (const broken of [
      '',
      whole.slice(0, 500),
      whole.replace('"format":1', '"format":2'),
      '{"level":"word"}',
      whole.replace('"sharesVocabulary":false', '"sharesVocabulary":true'),
    ]) {
      scratch.put(keptReading.file, broken);
      expect(() => keptReading.required(scratch.root)).toThrow(DataError);
      expect(() => keptReading.required(scratch.root)).toThrow(
        /vocabulary\.json holds no vocabularies of format 1: /,
      );
    }
  });

  it('has to be that of the data that its weights are used with', async () => {
    const data = await load();
    scratch.put(keptReading.file, keptReading.text(storedReading(data.reading)));
    expect(() => requireSameReading(scratch.root, data)).not.toThrow();
    const fewer = await load({ tokens: { merges: 20 } });
    expect(() => requireSameReading(scratch.root, fewer)).toThrow(ConfigError);
    expect(() => requireSameReading(scratch.root, fewer)).toThrow(
      /expected the source vocabulary of .*, found \d+ pieces and \d+/,
    );
    // As many pieces, and others: a file whose content was changed by hand.
    const file = path.join(scratch.root, keptReading.file);
    const swapped = readFileSync(file, 'utf8').replace('"r","e"', '"e","r"');
    writeFileSync(file, swapped);
    if (swapped !== keptReading.text(storedReading(data.reading)))
      expect(() => requireSameReading(scratch.root, data)).toThrow(/other pieces or merges/);
  });
});
