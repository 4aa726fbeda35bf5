/** A search by real processes: killed twice, or stopped, it ends with the bits of the one that was left alone. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readStudy } from '../packages/lab/src/studies/study-record.ts';
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

/** Whether a process holds the run of some trial. */
const isWritten = (name: string): boolean =>
  readStudy(study(name)).trials.some(({ directory }) => existsSync(join(directory, 'lock')));

it('leaves no trial running when it is killed: they save and end', async () => {
  await killed('orphans', 'report', 1);
  await expect.poll(() => isWritten('orphans'), { timeout: 20_000 }).toBe(false);
  const { trials } = readStudy(study('orphans'));
  expect(trials.map(({ state }) => state)).toContain('running');
}, 60_000);

it('goes on with a trial whose process was killed', async () => {
  let victim = 0;
  const { ended } = start(search('struck'), (line) => {
    const { event, number } = JSON.parse(line);
    if (event !== 'report' || victim > 0) return;
    victim = number;
    const lock = join(study('struck'), 'trials', `000${number}`, 'lock');
    process.kill(JSON.parse(readFileSync(lock, 'utf8')).pid, 'SIGKILL');
  });
  const { code, err } = await ended;
  expect(code).toBe(0);
  expect(err).toContain(`trial ${victim}: its process died (SIGKILL); it goes on in another`);
  expect(findings(study('struck'))).toEqual(findings(study('whole')));
}, 60_000);

it('ends with the same trials, bit for bit, when it was killed twice', async () => {
  await killed('killed', 'report', 3);
  await killed('killed', 'end', 2);
  expect(await start(search('killed')).ended).toMatchObject({ code: 0 });
  expect(findings(study('killed'))).toEqual(findings(study('whole')));
  expect(isWritten('killed')).toBe(false);
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
