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
});
