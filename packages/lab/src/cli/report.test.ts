import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { doneEvent, epochEvent, useMadeRuns } from '../report/made-run.suite.ts';
import { lethe } from './testing.suite.ts';

const { folder, make } = useMadeRuns();

test('the report of one run lies in the run, and --json says where', async () => {
  const run = make('one', { events: [epochEvent(1, 9, 8, { best: true }), doneEvent(1, 8, 8.25)] });
  const { code, out, err } = await lethe('report', run, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const document = JSON.parse(out);
  expect(document.file).toBe(path.join(run, 'report.html'));
  expect(document.runs[0].best.test.nll_per_step).toBe(8.25);
  expect(fs.readFileSync(document.file, 'utf8')).toContain('<!DOCTYPE html>');
});

test('--out names the file', async () => {
  const runs = ['a', 'b'].map((name) => make(name, { events: [epochEvent(1, 9, 8)] }));
  const file = path.join(folder, 'both.html');
  expect(await lethe('report', ...runs, '--out', file)).toEqual({ code: 0, out: `${file}\n`, err: '' });
  expect(fs.readFileSync(file, 'utf8')).toContain('<h2>Comparison</h2>');
});

test('what is no run is refused with exit code 2, what is broken with 1', async () => {
  const missing = await lethe('report', path.join(folder, 'nothing'));
  expect(missing.code).toBe(2);
  expect(missing.err).toContain('is not a run directory: it does not exist');
  const broken = make('broken', { events: [] });
  fs.writeFileSync(path.join(broken, 'config.json'), '{"a":');
  expect(await lethe('report', broken)).toMatchObject({ code: 1, out: '' });
  fs.writeFileSync(path.join(broken, 'config.json'), '[]');
  expect((await lethe('report', broken)).err).toContain('expected an object with a configuration');
});

test('a file that cannot be written is one sentence and exit code 1', async () => {
  const run = make('unwritable', { events: [] });
  const { code, err } = await lethe('report', run, '--out', path.join(folder, 'no', 'such', 'x.html'));
  expect(code).toBe(1);
  expect(err).toContain('no such directory; nothing was done yet');
  const inFile = await lethe('report', run, '--pictures', path.join(run, 'config.json', 'pictures'));
  expect(inFile.code).toBe(1);
  expect(inFile.err).toContain('choose another --pictures');
  expect(fs.readdirSync(run)).not.toContain('report.html');
});

const pair = (name: string): string[] =>
  [1, 2].map((i) =>
    make(`${name}-${i}`, {
      set: [`model.hidden=${i}`],
      events: [
        epochEvent(1, 9.123456789, 8 + i),
        epochEvent(2, 8, 7 + i, { best: true }),
        doneEvent(2, 7 + i, 8.25),
      ],
    }),
  );

test('--out writes SVG, PNG or CSV by its ending, and refuses another one', async () => {
  const runs = pair('ending');
  const at = (name: string): string => path.join(folder, name);
  for (const name of ['x.svg', 'x.png', 'x.csv']) {
    expect(await lethe('report', ...runs, '--out', at(name))).toMatchObject({
      code: 0,
      out: `${at(name)}\n`,
      err: '',
    });
  }
  const svg = fs.readFileSync(at('x.svg'), 'utf8');
  expect(svg).toContain('jsb-chorales: validation');
  expect(svg.match(/ending-\d: hidden \d/g)).toEqual(['ending-1: hidden 1', 'ending-2: hidden 2']);
  // the signature of the PNG standard
  expect([...fs.readFileSync(at('x.png')).subarray(0, 4)]).toEqual([137, 80, 78, 71]);
  const [header, first] = fs
    .readFileSync(at('x.csv'), 'utf8')
    .replace(/"[^"]*"/g, 'quoted')
    .split('\r\n')
    .map((line) => line.split(','));
  expect(first[header.indexOf('valid.nll_per_step')]).toBe('8');
  expect(first[header.indexOf('config.model.hidden')]).toBe('1');
  const pdf = await lethe('report', ...runs, '--out', at('x.pdf'));
  expect(pdf.code).toBe(2);
  expect(pdf.err).toContain("--out expects a file that ends in .html, .svg, .png or .csv, found 'x.pdf'");
});

test('--pictures writes every picture and all figures with every digit', async () => {
  const directory = path.join(folder, 'pictures');
  const { code, out } = await lethe(
    'report',
    ...pair('all'),
    '--out',
    path.join(folder, 'p.html'),
    '--pictures',
    directory,
    '--json',
  );
  expect(code).toBe(0);
  const names = fs.readdirSync(directory);
  expect(JSON.parse(out).pictures).toHaveLength(names.length);
  for (const ending of ['svg', 'png', 'csv']) expect(names).toContain(`jsb-chorales-validation.${ending}`);
  expect(names).toEqual(expect.arrayContaining(['results.csv', 'epochs.csv', 'all-1-nll-per-time-step.svg']));
  expect(fs.readFileSync(path.join(directory, 'epochs.csv'), 'utf8')).toContain(
    ',1,5,2,train,nll_per_step,9.123456789\r\n',
  );
});

test('a directory that is none among others is named on standard error, and the rest is reported', async () => {
  const [run] = pair('rest');
  const { code, err } = await lethe(
    'report',
    run,
    path.join(folder, 'nowhere'),
    '--out',
    path.join(folder, 'r.html'),
  );
  expect(code).toBe(0);
  expect(err).toContain(`left out: ${path.join(folder, 'nowhere')}: `);
});

test('a run before its first epoch has no picture, which is wrong use', async () => {
  const run = make('too-young', { events: [] });
  const { code, err } = await lethe('report', run, '--out', path.join(folder, 'young.svg'));
  expect(code).toBe(2);
  expect(err).toContain('there is nothing to draw');
});
