import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { lethe } from './testing.suite.ts';
import { useTinyText } from './tiny-text-run.suite.ts';

const tiny = useTinyText();
let first: string;
let second: string;
beforeAll(async () => {
  first = await tiny.train('first', '--epochs', '6');
  second = await tiny.train('second', '--epochs', '6', '--from', first, '--seed', '2');
});

test('lethe average says what each run and the mean reach, and its run can be used', async () => {
  const out = path.join(tiny.folder, 'mean');
  const said = await lethe('average', first, second, '--out', out);
  expect(said).toMatchObject({ code: 0, err: '' });
  const [header, ...rows] = said.out.split('\n').map((line) => line.split(/ {2,}/));
  expect(header.slice(1)).toEqual(['valid', 'test']);
  expect(rows.slice(0, 3).map(([name]) => name)).toEqual([first, second, `${out}, their mean`]);
  expect(said.out).toContain(`lethe eval ${out}`);
  const { metrics } = JSON.parse((await lethe('eval', out, '--json')).out);
  expect(rows[2][2]).toBe(metrics.perplexity.toFixed(3));
  expect((await lethe('report', out, '--out', path.join(tiny.folder, 'mean.html'))).code).toBe(0);
  expect(await lethe('resume', out)).toMatchObject({ code: 2, err: expect.stringContaining('--from') });
});

test('a mean that is worse than a run says so', async () => {
  // Two networks that were drawn apart have units in another order.
  const stranger = await tiny.train('stranger', '--epochs', '30', '--seed', '7');
  const trained = await tiny.train('trained', '--epochs', '30');
  const { code, out } = await lethe('average', trained, stranger, '--out', path.join(tiny.folder, 'worse'));
  expect(code).toBe(0);
  expect(out).toContain("weights average well where one run began with the other's");
});

test('without a name the run stands beside the first, and takes none that is in use', async () => {
  const named = async () => JSON.parse((await lethe('average', `${first}/`, second, '--json')).out);
  expect([(await named()).run, (await named()).run]).toEqual([`${first}-mean`, `${first}-mean.2`]);
});

test('one run, and a directory that is none, are wrong use', async () => {
  const out = path.join(tiny.folder, 'other');
  expect(await lethe('average', first, '--out', out)).toMatchObject({
    code: 2,
    err: expect.stringContaining('expected two runs or more, found 1'),
  });
  expect(await lethe('average', first, tiny.folder, '--out', out)).toMatchObject({
    code: 2,
    err: expect.stringContaining(`${tiny.folder} is not a run directory`),
  });
});
