import { expect, test } from 'vitest';
import { lethe } from './testing.suite.ts';

const commands = [
  'doctor',
  'data list',
  'data fetch',
  'data stats',
  'train',
  'resume',
  'eval',
  'sample',
  'predict',
  'bench',
  'report',
  'reproduce',
  'start',
];

test('help lists every command on standard output and ends with 0', async () => {
  const { code, out, err } = await lethe('--help');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const command of commands) expect(out).toMatch(new RegExp(`^  ${command.split(' ')[0]}\\b`, 'm'));
});

test.each(commands)('%s --help has an example of its use and knows --json', async (command) => {
  const { code, out, err } = await lethe(...command.split(' '), '--help');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(new RegExp(`Examples?:\n  \\$ lethe ${command}`));
  expect(out).toContain('--json');
});

test('without a command the help goes to standard error and the exit code is 2', async () => {
  const { code, out, err } = await lethe();
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain('Usage: lethe');
});

test('--version prints the version of the package', async () => {
  const { code, out } = await lethe('--version');
  expect(code).toBe(0);
  expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
});
