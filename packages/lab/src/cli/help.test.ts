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
  'calibrate',
  'average',
  'compare',
  'sweep',
  'search',
  'ui',
  'worker',
  'bench',
  'report',
  'export',
  'import',
  'reproduce',
  'start',
  'playground',
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
    expect(err).toMatch(/Examples?:\n(?: {2}\$ lethe [^\n]*\n)+$/);
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

/** Every command by its whole name, from the help itself. */
async function allCommands(path: string[] = []): Promise<string[][]> {
  const { out } = await lethe(...path, '--help');
  const listed = /\nCommands:\n([\s\S]*?)(\n\n|$)/.exec(out)?.[1] ?? '';
  const names = [...listed.matchAll(/^ {2}([a-z]+)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help');
  const below = await Promise.all(names.map((name) => allCommands([...path, name])));
  return [...(names.length === 0 ? [path] : []), ...below.flat()];
}

test('every command is looked at here', async () => {
  expect((await allCommands()).map((path) => path.join(' ')).sort()).toEqual([...commands].sort());
});

test('every example in a help is one that its command understands', async () => {
  for (const path of [[], ...(await allCommands())]) {
    const { out } = await lethe(...path, '--help');
    const examples = [...out.matchAll(/^ {2}\$ (?:echo .*\| )?lethe (.*?)(?: > \S+)?$/gm)].map(
      ([, line]) => line,
    );
    expect(examples.length, path.join(' ')).toBeGreaterThan(0);
    for (const line of examples) {
      const argv = (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
      // Values are read in order, and unknown options refused last: whatever else is wrong would be named first.
      const { code, err } = await lethe(...argv, '--xyzzy');
      expect(code, line).toBe(2);
      expect(err, line).toContain("unknown option '--xyzzy'");
    }
  }
});

test('a default is written as one would type it', async () => {
  for (const path of await allCommands()) {
    expect((await lethe(...path, '--help')).out, path.join(' ')).not.toContain('(default: "');
  }
});

test('an option that does the same is said in the same words everywhere', async () => {
  for (const option of ['--no-fetch', '--data <DIR>', '--json']) {
    const texts = new Set<string>();
    for (const path of await allCommands()) {
      const { out } = await lethe(...path, '--help');
      const line = out.split('\n').find((line) => line.trim().startsWith(`${option} `));
      if (line) texts.add(line.trim().slice(option.length).trim());
    }
    // one document, or lines: what a reader must know of each
    if (option !== '--json') expect(texts.size, option).toBe(1);
    else for (const text of texts) expect(text).toMatch(/^(one JSON document|JSON lines)/);
  }
});

test('a slip in an option is answered with the nearest on every command', async () => {
  const required: Record<string, string[]> = {
    predict: ['--text', '-'],
    bench: ['--workload', 'music-fast'],
    export: ['--to', 'csv'],
  };
  for (const path of await allCommands()) {
    const { code, out, err } = await lethe(...path, ...(required[path[0]] ?? []), '--jsno');
    expect({ code, out }, path.join(' ')).toEqual({ code: 2, out: '' });
    expect(err).toBe(`lethe ${path.join(' ')}: unknown option '--jsno'; did you mean --json?\n`);
  }
});
