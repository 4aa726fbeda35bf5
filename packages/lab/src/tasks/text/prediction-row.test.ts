import { expect, test } from 'vitest';
import { predictionHeader, predictionRow } from './prediction-row.ts';

const figures = { nll: 2.5, probability: Math.exp(-2.5), rank: 3, entropy: 1.25 };

test('rows stand under their header, with and without draws', () => {
  expect([predictionHeader(false), predictionRow('cat', figures)]).toEqual([
    '    log p        p     rank   entropy  token',
    '  -2.5000   0.0821        3    1.2500  cat',
  ]);
  const drawn = { ...figures, information: 0.5 };
  expect([predictionHeader(true), predictionRow('cat', drawn)]).toEqual([
    '    log p        p     rank   entropy  information  token',
    '  -2.5000   0.0821        3    1.2500       0.5000  cat',
  ]);
});

test('probabilities too small for four decimals are told apart', () => {
  const row = (probability: number) => predictionRow('cat', { ...figures, probability }).split(/ +/)[2];
  expect([row(1), row(0.0012), row(0.00056), row(3e-12), row(0)]).toEqual([
    '1.0000',
    '0.0012',
    '5.6e-4',
    '3.0e-12',
    '0.0000',
  ]);
});

test('no token moves the cursor or colours the terminal', () => {
  const word = (text: string) => predictionRow(text, figures).slice(39);
  expect(['\n', ' ', '\t', '"', 'böse', '\u001b[31m', '\u009b', '\u200b', ''].map(word)).toEqual([
    '"\\n"',
    '" "',
    '"\\t"',
    '"',
    'böse',
    '"\\u001b[31m"',
    '"\\u{9b}"',
    '"\\u{200b}"',
    '""',
  ]);
});
