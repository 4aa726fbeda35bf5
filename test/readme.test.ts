/** The TypeScript examples of the documents do what they say. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { exampleCounts, examplesOf, runExample } from './examples.mts';

const root = fileURLToPath(new URL('..', import.meta.url));

// Inside the repository, so that the packages resolve; ignored by git.
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The weights that docs/exchange.md reads, as PyTorch writes them.
copyFileSync(
  join(root, 'packages/lab/src/exchange/fixtures/torch-lstm-two-both.safetensors'),
  join(folder, 'weights.safetensors'),
);

describe.each(Object.entries(exampleCounts))('%s', (document, count) => {
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
