/** The TypeScript examples of the README are run as a stranger would run them: each block one file. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]);

// Inside the repository, so that the packages resolve; ignored by git.
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the README', () => {
  it('has the two examples', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(2);
  });

  it.each(blocks.map((code, i) => [i + 1, code] as const))('runs its example %i', (number, code) => {
    const file = join(folder, `example-${number}.mts`);
    writeFileSync(file, code);
    const run = spawnSync(process.execPath, ['--import', 'tsx', '--conditions', 'lethe-source', file], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(run.stderr).not.toMatch(/Error/);
    expect(run.status).toBe(0);
    // each `console.log(…) // expected` line of an example is what it prints
    const promised = [...code.matchAll(/console\.log\(.*\);? *\/\/ (.*)/g)].map((match) => match[1]);
    expect(run.stdout.trim().split('\n')).toHaveLength(promised.length);
    promised.forEach((text, i) => {
      if (!text.startsWith('about')) expect(run.stdout.split('\n')[i]).toBe(text);
    });
  });
});
