/** DropConnect as it is by default tests by drawing; no command may need to be told so. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { lethe, letheReading } from './testing.suite.ts';
import { useTinyText } from './tiny-text-run.suite.ts';

const tiny = useTinyText();
let text: string;
let music: string;
beforeAll(async () => {
  text = await tiny.train('text', '--dropout', 'dropconnect:weight=.3,samples=4');
  music = path.join(tiny.folder, 'music');
  const small = ['--hidden', '4', '--epochs', '1', '--set', 'model.maxIncoming=2'];
  const dropout = ['--dropout', 'dropconnect:weight=.3,weightIn=.2,samples=4'];
  expect(await lethe('train', 'music/folk', '--out', music, ...small, ...dropout)).toMatchObject({ code: 0 });
});

describe('a test rule that draws', () => {
  test.each([
    ['eval', []],
    ['eval', ['--mc', '3']],
    ['eval', ['--cache', 'window=20,theta=.5,lambda=.2']],
    ['sample', ['--length', '8']],
    ['sample', ['--prompt', 'the cat', '--length', '8', '--top-k', '2']],
  ])('in text: lethe %s %j', async (command, options) => {
    const first = await lethe(command, text, '--json', ...options);
    expect(first).toMatchObject({ code: 0, err: expect.not.stringContaining('noise stream') });
    expect((await lethe(command, text, '--json', ...options)).out).toBe(first.out);
  });

  test.each([[[]], [['--mc', '3']]])('in text: lethe predict %j', async (options) => {
    const { code, out } = await letheReading(
      'the cat sees',
      'predict',
      text,
      '--text',
      '-',
      '--json',
      ...options,
    );
    expect(code).toBe(0);
    const last = JSON.parse(out.trimEnd().split('\n').at(-1)!);
    expect(last.nll_per_token).toBeGreaterThan(0);
  });

  test.each([
    ['eval', ['--mc', '3']],
    ['sample', ['--length', '6']],
    ['sample', ['--length', '6', '--prime', '1', '--prime-frames', '4']],
  ])('in music: lethe %s %j', async (command, options) => {
    const { code, out } = await lethe(command, music, '--json', ...options);
    expect(code).toBe(0);
    expect((await lethe(command, music, '--json', ...options)).out).toBe(out);
  });

  test('in reports', async () => {
    const file = path.join(tiny.folder, 'report.html');
    expect(await lethe('report', text, music, '--out', file)).toMatchObject({ code: 0 });
    expect(fs.readFileSync(file, 'utf8')).toContain('dropconnect');
  });
});
