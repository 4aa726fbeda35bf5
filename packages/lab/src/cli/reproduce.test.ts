import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lethe } from './testing.suite.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-reproduce-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

test('figure 1 is written as SVG, PNG and caption, into a directory that is made', async () => {
  const out = path.join(folder, 'a', 'b');
  const { code, out: text, err } = await lethe('reproduce', 'bayer2013', '--figure', '1', '--out', out);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(text).toContain('target 0.2');
  expect(fs.readdirSync(out).sort()).toEqual([
    'figure-1.csv',
    'figure-1.png',
    'figure-1.svg',
    'figure-1.txt',
  ]);
  const png = fs.readFileSync(path.join(out, 'figure-1.png'));
  // the signature of the PNG standard, then width and height of the header chunk: twice 990 x 386
  expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1980, 772]);
});

test('--json is one document with the numbers and the files', async () => {
  const out = path.join(folder, 'json');
  const { code, out: text } = await lethe('reproduce', 'bayer2013', '--figure', '1', '--out', out, '--json');
  expect(code).toBe(0);
  const document = JSON.parse(text);
  expect(document).toMatchObject({ paper: 'bayer2013', kind: 'figure', number: '1' });
  expect(document.data.fields).toHaveLength(3);
  expect(document.files).toContain(path.join(out, 'figure-1.svg'));
});

test('a table is printed, and written where a directory is named', async () => {
  const out = path.join(folder, 'tables');
  const { code, out: text } = await lethe('reproduce', 'bayer2013', '--table', 'accuracy', '--out', out);
  expect(code).toBe(0);
  expect(text).toMatch(/sigmoid +wang-manning +0 .* 0\.0132/);
  const written = fs.readFileSync(path.join(out, 'table-accuracy.txt'), 'utf8');
  expect(written).toContain('Largest error of the variance');
  const csv = [1, 2, 3, 4].map((i) => `table-accuracy-${i}.csv`);
  expect(fs.readdirSync(out).sort()).toEqual([...csv, 'table-accuracy.txt']);
  // every digit: the table in text has 0.0132
  expect(fs.readFileSync(path.join(out, csv[0]), 'utf8')).toMatch(/sigmoid,wang-manning,.*,0\.013\d{6,}/);
});

test('tables of trainings say what has not been run, and train nothing when they collect', async () => {
  const runs = path.join(folder, 'runs');
  const of = async (...argv: string[]) =>
    (await lethe('reproduce', 'bayer2013', ...argv, '--collect', '--runs', runs)).out;
  const one = await of('--table', '1');
  // Table 1 of Bayer et al. (2013), in blocks of independent and of dependent notes
  const [, independent, dependent] = one.split(
    /^Negative log-likelihood on the test sets, (?:in)?dependent notes.*$/m,
  );
  expect(independent).toMatch(
    /JSB Chorales +not run +8\.01 +not run +not run +8\.58 +not run +not run +7\.92/,
  );
  expect(independent).toMatch(/Piano-midi\.de +not run +7\.39 +not run +not run +7\.58 +not run +not run +–/);
  expect(dependent).toMatch(/JSB Chorales +not run +5\.19 +not run +not run/);
  expect(dependent).toMatch(/Piano-midi\.de +not run +7\.05 +not run +not run/);
  expect(await of('--table', '3')).toMatch(/p\("dropout hidden to hidden"\) +0\.3 +not run +0\.4 +not run/);
  expect(await of('--table', 'departures')).toMatch(/tanh\(a \/ 2\) in place of tanh\(a\) +not run/);
  expect(await of('--table', '2')).toMatch(
    /momentum +0\.0, 0\.9, 0\.95, 0\.99, 0\.995 +optimizer\.momentum +0, 0\.9/,
  );
  expect(await of('--table', 'weight-noise')).toMatch(/weight noise, integrated +not run/);
  expect(await of('--figure', 'decomposition')).toContain('delta of the units');
  expect(await of('--figure', '2')).toContain('Spectral radius of W_rec');
  expect(fs.existsSync(runs)).toBe(false);
});

test.each([
  [['bayer2031', '--figure', '1'], "there is no paper 'bayer2031'; did you mean 'bayer2013'?"],
  [
    ['bayer2013', '--figure', '7'],
    'of bayer2013 there is no --figure 7; there are --figure 1, --figure 2, --figure decomposition, --table 1, --table 2',
  ],
  [['bayer2013'], 'expects one figure or one table: --figure 1'],
  [['bayer2013', '--figure', '1', '--table', '1'], 'expects one figure or one table: --figure 1'],
])('what there is not is refused with what there is: %j', async (argv, sentence) => {
  const { code, out, err } = await lethe('reproduce', ...argv);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(`lethe reproduce: ${sentence}`);
});

test('a directory that cannot be made is one sentence and exit code 1', async () => {
  const file = path.join(folder, 'file');
  fs.writeFileSync(file, '');
  const { code, err } = await lethe(
    ...['reproduce', 'bayer2013', '--figure', '1', '--out', path.join(file, 'x')],
  );
  expect(code).toBe(1);
  expect(err).toContain('choose another --out');
});
