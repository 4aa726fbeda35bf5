/** A search by real processes: killed twice, or stopped, it ends with the bits of the one that was left alone. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readStudy } from '../packages/lab/src/experiments/search/study.ts';
import { findings, start, tinySearch } from './searching.mts';

const folder = mkdtempSync(join(tmpdir(), 'lethe-search-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = tinySearch(folder, 6);
const study = (name: string): string => join(folder, name);
const search = (name: string): string[] => [
  ...['search', file, '--trials', '6', '--seed', '3', '--out', study(name), '--workers', '2', '--json'],
];

beforeAll(async () => {
  expect(await start(search('whole')).ended).toMatchObject({ code: 0 });
}, 120_000);

/** Kills the coordinator alone, when so many events of a kind were told: its children have to end themselves. */
async function killed(name: string, kind: string, count: number): Promise<void> {
  let seen = 0;
  const { ended } = start(search(name), (line, child) => {
    if (JSON.parse(line).event === kind && ++seen === count) child.kill('SIGKILL');
  });
  expect((await ended).code).toBeNull();
}

it('ends with the same trials, bit for bit, when it was killed twice', async () => {
  await killed('killed', 'report', 3);
  await killed('killed', 'end', 2);
  expect(await start(search('killed')).ended).toMatchObject({ code: 0 });
  expect(findings(study('killed'))).toEqual(findings(study('whole')));
  for (const { directory } of readStudy(study('killed')).trials) {
    expect(existsSync(join(directory, 'lock')), directory).toBe(false);
  }
}, 120_000);

it('stopped by Ctrl-C ends with 130, says how to go on, and goes on to the same bits', async () => {
  let asked = false;
  const { ended } = start(search('stopped'), (line, child) => {
    if (JSON.parse(line).event !== 'report' || asked) return;
    asked = true;
    child.kill('SIGINT');
  });
  const { code, err } = await ended;
  expect(code).toBe(130);
  expect(err).toMatch(/the same command goes on with/);
  expect(readStudy(study('stopped')).trials.some(({ state }) => state === 'running')).toBe(true);
  expect(await start(search('stopped')).ended).toMatchObject({ code: 0 });
  expect(findings(study('stopped'))).toEqual(findings(study('whole')));
}, 120_000);

it('with more trials goes on with the study, and none of the old ones is run again', async () => {
  const lines: string[] = [];
  const more = search('whole').with(3, '7');
  expect(await start(more, (line) => lines.push(line)).ended).toMatchObject({ code: 0 });
  const begun = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'trial');
  expect(begun.map(({ number }) => number)).toEqual([7]);
  expect(readdirSync(join(study('whole'), 'trials'))).toHaveLength(7);
}, 120_000);
