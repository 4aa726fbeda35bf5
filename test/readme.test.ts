/** The TypeScript examples of the README and of docs/ do what they say. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { examplesOf, runExample } from './examples.mts';

const root = fileURLToPath(new URL('..', import.meta.url));

// Inside the repository, so that the packages resolve; ignored by git.
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ['README.md', 2],
  ['docs/methods.md', 16],
  ['docs/decomposition.md', 1],
  ['docs/translate.md', 1],
])('%s', (document, count) => {
  const blocks = examplesOf(readFileSync(join(root, document), 'utf8'));

  it(`has ${count} examples`, () => {
    expect(blocks).toHaveLength(count);
  });

  it.each(blocks.map((code, i) => [i + 1, code] as const))('runs its example %i', (number, code) => {
    const { status, stderr, printed, promised } = runExample(code, folder, `${number}`);
    expect(stderr).not.toMatch(/Error/);
    expect(status).toBe(0);
    expect(printed).toHaveLength(promised.length);
    promised.forEach((text, i) => {
      if (!text.startsWith('about')) expect(printed[i]).toBe(text);
    });
  });
});
