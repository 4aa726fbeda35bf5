import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { letheCommand, shellPath, shellWord } from './shell.ts';

test('a word that means nothing to a shell stays as it is', () => {
  for (const word of ['runs/jsb-chorales-fast-1.2', 'redis://10.0.0.7:6379', 'runs/Für-Elise']) {
    expect(shellWord(word)).toBe(word);
  }
});

const words = [
  '',
  'runs/a #2',
  "it's",
  '$HOME `id` $(id) "q" \\ !x * ? [a] {a,b} ~ ; & | < > ( )',
  'redis://host?db=1&x=2',
  '~root',
  'a\nb\tc\u001b[2J\u007f',
  'zero width\u202e turned',
  "mixed ' and \\ and \u0001",
  '=x',
];

test.runIf(process.platform === 'linux').each(words)('bash reads %j back', (word) => {
  const read = execFileSync('bash', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' });
  expect(read).toBe(word);
  expect(shellWord(word)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
});

test('a path that begins with a dash is no option', () => {
  expect(shellPath('-x y')).toBe("'./-x y'");
  expect(letheCommand('resume', '--out')).toBe('lethe resume ./--out');
});
