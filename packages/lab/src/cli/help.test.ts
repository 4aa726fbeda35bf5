import { expect, test } from 'vitest';
import { lethe } from './testing.suite.ts';

const commands = [
  'doctor',
  'data list',
  'data fetch',
  'data stats',
  'recipes',
  'methods',
  'config',
  'train',
  'resume',
  'eval',
  'sample',
  'predict',
  'search',
  'worker',
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

test.each([['lethe'], ['lethe data']])(
  '%s alone prints its help on standard error, nothing after it, and ends with 2',
  async (whole) => {
    const { code, out, err } = await lethe(...whole.split(' ').slice(1));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`Usage: ${whole} [options] [command]`);
    expect(err).toMatch(/Examples?:\n {2}\$ lethe [^\n]*\n$/);
  },
);

test('help COMMAND prints what COMMAND --help prints, of nested commands as well', async () => {
  for (const name of ['train', 'data', 'data stats', 'help']) {
    const words = name.split(' ');
    expect(await lethe('help', ...words)).toEqual(await lethe(...words, '--help'));
  }
  expect(await lethe('help')).toEqual(await lethe('--help'));
});

test.each([
  ['help trian', "there is no command 'trian'; did you mean 'train'?"],
  ['help data lst', "there is no command 'lst'; did you mean 'list'?"],
  ['help xyzzy', "there is no command 'xyzzy'; `lethe --help` lists what there is."],
])('%s is refused with the nearest', async (words, sentence) => {
  expect(await lethe(...words.split(' '))).toEqual({ code: 2, out: '', err: `lethe help: ${sentence}\n` });
});

test('--version prints the version of the package', async () => {
  const { code, out } = await lethe('--version');
  expect(code).toBe(0);
  expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
});
