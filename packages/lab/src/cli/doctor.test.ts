import { expect, test, vi } from 'vitest';
import { listData } from '../tasks/data-sets.ts';
import { lethe } from './testing.suite.ts';

test('names every data set by what train takes, of both tasks, with its status and place', async () => {
  const sets = listData();
  const names = sets.map(({ task, name }) => `${task}/${name}`);
  expect(names).toEqual(
    expect.arrayContaining(['music/folk', 'text/ptb', 'text/ptb-char', 'text/wikitext-2']),
  );
  const { code, out } = await lethe('doctor');
  expect(code).toBe(0);
  for (const [i, name] of names.entries()) {
    const line = out.split('\n').find((line) => line.startsWith(`${name} `));
    expect(line).toContain(sets[i].status);
    expect(line).toContain(sets[i].where);
  }
  const report = JSON.parse((await lethe('doctor', '--json')).out);
  expect(report.datasets).toEqual(sets);
});

test('a directory of data sets that is not there is wrong use, whoever named it', async () => {
  expect(await lethe('doctor', '--data', 'nowhere')).toEqual({
    code: 2,
    out: '',
    err: "lethe doctor: expected a directory of data sets, found none at 'nowhere'; check --data.\n",
  });
  vi.stubEnv('LETHE_DATA', '/nowhere');
  expect((await lethe('data', 'list')).err).toContain("found none at '/nowhere'; check LETHE_DATA");
  vi.unstubAllEnvs();
});

test('says why the native kernels do not load, in words and under --json', async () => {
  vi.resetModules();
  const problem = 'they are not built: the build needs make';
  vi.doMock('lethe/engine', async (original) => ({
    ...(await original<typeof import('lethe/engine')>()),
    nativeProblem: () => problem,
  }));
  const { lethe: fresh } = await import('./testing.suite.ts');
  const { code, out } = await fresh('doctor');
  expect(code).toBe(0);
  expect(out).toMatch(/^native kernels +no, see below$/m);
  expect(out).toContain(`the native kernels do not load: ${problem}; the`);
  const { native, notices } = JSON.parse((await fresh('doctor', '--json')).out);
  expect(native).toEqual({ loads: false, problem });
  expect(notices).toHaveLength(1);
  vi.doUnmock('lethe/engine');
});
