import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { objections } from '../../pictures/svg/legible.suite.ts';
import { pairs, side } from './data/testing.suite.ts';
import { attentionPicture, bleuPicture, uncertaintyPicture } from './pictures.ts';
import { lethe, useFolder } from './testing.suite.ts';
import { readTranslations, translationsFile } from './translations-file.ts';

const files = useFolder();
const run = files.at('run');

beforeAll(async () => {
  files.put('en-de/train.en', side(0, 0, 80));
  files.put('en-de/train.de', side(1, 0, 80));
  for (const [split, from, to] of [['val', 80, 90] as const, ['test', 90, 100] as const]) {
    files.put(`en-de/${split}.en`, side(0, from, to));
    files.put(`en-de/${split}.de`, side(1, from, to));
  }
  const small = ['--merges', '60', '--hidden', '12', '--set', 'model.embedding=12', '--threads', '1'];
  const trained = await lethe([
    'train',
    `translate/${files.at('en-de')}`,
    ...small,
    '--epochs',
    '2',
    '--out',
    run,
  ]);
  expect(trained.err).not.toMatch(/lethe train:/);
  expect(trained.code).toBe(0);
}, 120_000);

describe('the translations of a test', () => {
  it('are kept with how unsure the model was, and where some of them looked', () => {
    const lines = readTranslations(run)!;
    expect(lines.map(({ source }) => source)).toEqual(pairs.slice(90).map(([source]) => source));
    expect(lines.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const { entropy, bleu } of lines) {
      expect(entropy).toBeGreaterThan(0);
      expect(bleu).toBeGreaterThanOrEqual(0);
    }
    const maps = lines.filter(({ attention }) => attention);
    expect(maps.length).toBe(8);
    for (const { attention } of maps) {
      expect(attention!.weights).toHaveLength(attention!.target.length);
      for (const row of attention!.weights) {
        expect(row).toHaveLength(attention!.source.length);
        // Each is rounded to four digits.
        expect(Math.abs(row.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThan(1e-4 * row.length);
      }
    }
  });

  it('stand in the report, the best and the worst, with their attention and uncertainty', async () => {
    expect((await lethe(['report', run, '--pictures', files.at('pictures')])).code).toBe(0);
    const html = readFileSync(path.join(run, 'report.html'), 'utf8');
    for (const words of [
      'Translations of the test',
      'The 5 best translations',
      'The 5 worst',
      'Where words looked',
      'Rank correlation of entropy per token',
      'BLEU of the sentence',
    ])
      expect(html).toContain(words);
  }, 120_000);

  it('are said to be missing or broken, and the report goes on', async () => {
    const file = path.join(run, translationsFile);
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, `${whole.split('\n')[0]}\n{"line":1}\n`);
    expect((await lethe(['report', run])).code).toBe(0);
    expect(readFileSync(path.join(run, 'report.html'), 'utf8')).toMatch(
      /They cannot be shown: .*translations\.jsonl: line 2 holds no translation; evaluate the test of the run again/,
    );
    writeFileSync(file, whole);
  }, 120_000);
});

describe('pictures of translations', () => {
  const piece = (i: number) => ['ein ', 'hund', 'läuft ', '. ', ' ', 'straßenbahnhaltestelle '][i % 6];
  const map = (source: number, target: number) => ({
    source: Array.from({ length: source }, (_, i) => piece(i)),
    target: Array.from({ length: target }, (_, i) => piece(i + 1)),
    weights: Array.from({ length: target }, (_, t) =>
      Array.from({ length: source }, (_, s) => (s === t % source ? 0.9 : 0.1 / Math.max(1, source - 1))),
    ),
  });

  it.each([
    [1, 1],
    [7, 9],
    [26, 24],
    [60, 70],
  ])('of attention can be read, %i pieces by %i', (source, target) => {
    const picture = attentionPicture('line 3, BLEU 41.1', map(source, target));
    expect(objections(picture.svg)).toEqual([]);
    expect(picture.data.rows).toHaveLength(Math.min(40, source) * Math.min(40, target));
    // The first piece of the translation is the last row from below.
    expect(picture.data.rows.at(-Math.min(40, source))!.slice(1)).toEqual(['hund', source === 1 ? 0.9 : 0.9]);
  });

  it('of uncertainty and BLEU can be read', () => {
    const entropies = Array.from({ length: 300 }, (_, i) => 0.2 + (i % 37) / 20);
    const bleu = entropies.map((entropy, i) =>
      Math.max(0, Math.min(100, 90 - 30 * entropy + ((i * 31) % 40))),
    );
    expect(objections(uncertaintyPicture('entropy per token, nats', entropies, bleu).svg)).toEqual([]);
    expect(objections(bleuPicture(bleu).svg)).toEqual([]);
    const { data } = bleuPicture([0, 4.9, 5, 100]);
    expect(data.rows.map((row) => row[2])).toEqual([2, 1, ...new Array(17).fill(0), 1]);
  });
});
