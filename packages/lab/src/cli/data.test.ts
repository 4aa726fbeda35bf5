import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeMidi } from '../data/formats/midi-writer.ts';
import { useScratch } from '../data/scratch.suite.ts';
import { lethe } from './testing.suite.ts';

const scratch = useScratch();

describe('lethe data', () => {
  test('lists music and texts under the names that train takes', async () => {
    const { datasets } = JSON.parse((await lethe('data', 'list', '--json')).out);
    const names = datasets.map(({ task, name }: Record<string, string>) => `${task}/${name}`);
    expect(names).toEqual(expect.arrayContaining(['music/folk', 'music/jsb-chorales', 'text/ptb']));
    const { out } = await lethe('data', 'list');
    for (const name of names) expect(out).toMatch(new RegExp(`^${name} `, 'm'));
  });

  test('counts the words of a text of its own, and its characters', async () => {
    const book = scratch.put('book.txt', `${'the cat\n'.repeat(20)}`);
    const words = await lethe('data', 'stats', book);
    expect(words).toMatchObject({ code: 0, err: '' });
    expect(words.out).toMatch(/^.*book\.txt; a vocabulary of 3 words$/m);
    // 90 % of 60 tokens
    expect(words.out).toMatch(/^train +54 +3 +0 +0\.00 %$/m);
    expect(words.out).toMatch(/^uniform +1\.0986 +3\.000 +every token/m);
    const stats = JSON.parse((await lethe('data', 'stats', `text/${book}`, '--level', 'char', '--json')).out);
    // t, h, e, c, a, space, newline
    expect(stats).toMatchObject({ level: 'char', vocabulary: 7 });
  });

  test.each<[title: string, content: string | Uint8Array, found: RegExp]>([
    ['an empty file', '', /book\.txt: expected some text, found none/],
    ['what is not text', Uint8Array.of(1, 0, 2), /book\.txt: expected text in UTF-8, found a zero byte/],
  ])('refuses %s', async (_, content, found) => {
    const { code, out, err } = await lethe('data', 'stats', scratch.put('book.txt', content));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(found);
  });

  test('refuses a vocabulary of one word', async () => {
    const { code, err } = await lethe('data', 'stats', scratch.put('book.txt', '\n\n\n'));
    expect(code).toBe(2);
    expect(err).toMatch(/expected a vocabulary of at least 2 words/);
  });

  test("puts music of one's own on the grid asked for, and says what is damaged and beside it", async () => {
    const sixteenths = writeMidi([[60], [62], [64], [65]], { stepsPerQuarter: 4 });
    for (const name of ['train/a.mid', 'train/b.MID', 'valid/c.midi', 'test/d.kar']) {
      scratch.put(`music/${name}`, sixteenths);
    }
    const folder = path.dirname(path.dirname(scratch.put('music/train/e.mid', 'MThd')));
    const { code, out, err } = await lethe('data', 'stats', folder);
    expect(code).toBe(0);
    expect(err).toMatch(/left out: train\/e\.mid: expected a MIDI file of at least 14 bytes/);
    expect(out).toContain(
      '2 steps in a quarter note (8 of 16 notes begin beside the grid: 50.0 %), split by the names',
    );
    expect(out).toMatch(/^train +2 /m);
    const finer = await lethe('data', 'stats', folder, '--steps-per-quarter', '4', '--json');
    expect(JSON.parse(finer.out)).toMatchObject({ stepsPerQuarter: 4, grid: { notes: 16, beside: 0 } });
    // As `train` refuses it: statistics of a grid that no run can have were shown.
    const uneven = await lethe('data', 'stats', folder, '--steps-per-quarter', '7');
    expect(uneven).toMatchObject({ code: 2, out: '' });
    expect(uneven.err).toMatch(/--steps-per-quarter expects a number of steps that divides 480, found '7'/);
    const strict = await lethe('data', 'stats', folder, '--damaged', '0');
    expect(strict).toMatchObject({ code: 1, out: '' });
    expect(strict.err).toMatch(/1 of 5 files or tunes are damaged, and 0 may be/);
    expect((await lethe('data', 'stats', folder, '--damaged', '2')).code).toBe(2);
    const text = await lethe('data', 'stats', scratch.put('b.txt', 'a b\n'), '--steps-per-quarter', '4');
    expect(text.code).toBe(2);
  });

  test('counts the values of series and what forecasts without learning reach', async () => {
    const days = Array.from({ length: 60 }, (_, t) =>
      new Date(Date.UTC(2025, 0, 1 + t)).toISOString().slice(0, 10),
    );
    // A week that repeats itself: the seasonal naive forecast is right, the value of day 10 is missing.
    const file = scratch.put(
      'shop.csv',
      `date,y\n${days.map((day, t) => `${day},${t === 10 ? '' : 10 + (t % 7)}\n`).join('')}`,
    );
    const { code, out } = await lethe('data', 'stats', `forecast/${file}`, '--json');
    expect(code).toBe(0);
    const stats = JSON.parse(out);
    expect(stats).toMatchObject({ series: 1, frequency: 'daily', season: 7, values: 60, missing: 1 });
    expect(stats.lengths).toEqual({ shortest: 60, median: 60, longest: 60 });
    const mase = Object.fromEntries(
      stats.baselines.map((one: { name: string; metrics: { mase: number } }) => [one.name, one.metrics.mase]),
    );
    expect(Object.keys(mase)).toEqual(['last value', 'seasonal naive', 'seasonal mean']);
    expect((await lethe('data', 'stats', `forecast/${file}`)).out).toContain('1 of 60 values are missing');
  });
});
