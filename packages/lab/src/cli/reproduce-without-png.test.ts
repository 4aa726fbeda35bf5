import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { lethe } from './testing.suite.ts';

vi.mock('@resvg/resvg-js', () => {
  throw new Error('Cannot find native binding');
});

test('where the renderer of PNG files has no binary the figure is written as SVG, with a notice', async () => {
  const out = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-reproduce-'));
  const { code, err } = await lethe('reproduce', 'bayer2013', '--figure', '1', '--out', out);
  expect({ code, err }).toEqual({
    code: 0,
    err: 'no PNG: @resvg/resvg-js has no binary for this platform\n',
  });
  expect(fs.readdirSync(out).sort()).toEqual(['figure-1.csv', 'figure-1.svg', 'figure-1.txt']);
  fs.rmSync(out, { recursive: true });
});
