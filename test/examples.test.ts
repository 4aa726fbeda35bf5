/** The examples run as they stand, on data of their own, and find what is in it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

function run(name: string): string {
  const file = resolve(root, 'examples', `${name}.ts`);
  expect(readFileSync(file, 'utf8').split('\n').length - 1).toBeLessThanOrEqual(40);
  const options = ['--import', 'tsx', '--conditions=lethe-source', file];
  const { stdout, stderr } = spawnSync(process.execPath, options, { cwd: root, encoding: 'utf8' });
  expect(stderr.replace(/^lethe: .*\n/gm, '')).toBe('');
  return stdout;
}

const number = (text: string, name: string): number =>
  Number(new RegExp(`${name}: ([\\d.]+)`).exec(text)?.[1]);

it('the classifier finds the word that makes the class', { timeout: 120_000 }, () => {
  const out = run('classify');
  expect(Number(/: ([\d.]+) right/.exec(out)?.[1])).toBeGreaterThan(0.95);
  expect(out).toMatch(/least sure of \d+( \d+){4,}/);
});

it('the forecaster comes near the noise of its series, 0.5, and its intervals near their share', {
  timeout: 120_000,
}, () => {
  const out = run('forecast');
  expect(number(out, 'rmse')).toBeGreaterThan(0.45);
  expect(number(out, 'rmse')).toBeLessThan(0.65);
  expect(number(out, 'coverage')).toBeGreaterThan(0.85);
});

it('the rating comes near the noise of its targets, 0.1, and its intervals near their share', {
  timeout: 120_000,
}, () => {
  const out = run('rate');
  expect(number(out, 'rmse')).toBeLessThan(0.2);
  expect(number(out, 'coverage')).toBeGreaterThan(0.85);
});
