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
  expect(err).toContain('no such directory');
});
