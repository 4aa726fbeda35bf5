import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { objections } from '../pictures/svg/legible.suite.ts';
import { lethe } from './testing.suite.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-sample-'));
const run = path.join(folder, 'run');
beforeAll(async () => {
  const settings = ['model.hidden=4', 'training.epochs=1'].flatMap((one) => ['--set', one]);
  const { code, err } = await lethe('train', 'music/folk', ...settings, '--out', run);
  if (code !== 0) throw new Error(err);
}, 60_000);
afterAll(() => fs.rmSync(folder, { recursive: true }));

test('--png and --svg draw the piece beside its file, the given part in its own colour', async () => {
  const out = path.join(folder, 'piece.mid');
  const { code, out: text } = await lethe(
    ...[
      'sample',
      run,
      '--prime',
      '0',
      '--prime-frames',
      '5',
      '--length',
      '12',
      '--png',
      '--svg',
      '--out',
      out,
    ],
  );
  expect(code).toBe(0);
  expect(fs.readdirSync(folder).sort()).toEqual(['piece.mid', 'piece.png', 'piece.svg', 'run']);
  // the signature of the PNG standard
  expect([...fs.readFileSync(path.join(folder, 'piece.png')).subarray(0, 4)]).toEqual([137, 80, 78, 71]);
  const svg = fs.readFileSync(path.join(folder, 'piece.svg'), 'utf8');
  expect(svg).toContain('>given to the model: 5 time steps</text>');
  expect(svg).toContain('>piece: 17 time steps</text>');
  expect(objections(svg)).toEqual([]);
  expect(text).toContain('═ given to the model, ─ sampled');
  expect(text).toContain(`${path.join(folder, 'piece.png')}\n`);
});

test('without them there is no picture, and --out is for the MIDI file', async () => {
  const out = path.join(folder, 'alone.mid');
  const { code, out: text } = await lethe('sample', run, '--length', '5', '--out', out, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(text)).toMatchObject({ file: out, pictures: [] });
  expect(fs.existsSync(path.join(folder, 'alone.png'))).toBe(false);
  const wrong = await lethe('sample', run, '--out', path.join(folder, 'x.png'));
  expect(wrong.code).toBe(2);
  expect(wrong.err).toContain('--out names the MIDI file');
  const sound = await lethe('sample', run, '--out', path.join(folder, 'x.wav'));
  expect(sound.code).toBe(2);
  expect(sound.err).toContain('end it in .mid');
  expect(fs.existsSync(path.join(folder, 'x.wav'))).toBe(false);
});

test('--original writes a piece of the data, as a model that is primed with it hears it, and leaves the samples alone', async () => {
  const samples = fs.existsSync(path.join(run, 'samples')) ? fs.readdirSync(path.join(run, 'samples')) : [];
  const framesOf = async (...words: string[]) => {
    const file = path.join(folder, `${words[0].slice(2)}.mid`);
    const { code, out } = await lethe('sample', run, ...words, '--length', '9', '--out', file, '--json');
    expect(code).toBe(0);
    expect(fs.readFileSync(file).toString('latin1', 0, 4)).toBe('MThd');
    return JSON.parse(out) as { frames: number[][]; steps: number; pieces: number };
  };
  const heard = await framesOf('--prime', '2', '--prime-frames', '9', '--split', 'train');
  const data = await framesOf('--original', '2', '--split', 'train');
  expect(data.frames).toEqual(heard.frames.slice(0, 9));
  expect(data.frames).toHaveLength(9);
  expect(data.steps).toBeGreaterThan(9);
  expect(data.pieces).toBeGreaterThan(2);
  const without = await lethe('sample', run, '--original', '2');
  expect([without.code, without.err]).toEqual([2, expect.stringContaining('--original needs --out FILE')]);
  const far = await lethe('sample', run, '--original', '99999', '--out', path.join(folder, 'far.mid'));
  expect([far.code, far.err]).toEqual([
    2,
    expect.stringContaining('--original expects the number of a piece of test, from 0 to'),
  ]);
  const left = fs.existsSync(path.join(run, 'samples')) ? fs.readdirSync(path.join(run, 'samples')) : [];
  expect(left).toEqual(samples);
});
