/** The TypeScript examples of the documents do what they say. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gru, lstm, NoiseStream, rnn } from 'lethe';
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

it('no example puts the weights of a readout in the place of those of a cell', () => {
  const stream = new NoiseStream(1);
  const sizes = { inputSize: 1, hiddenSize: 1 };
  const ofCells = new Set([rnn, lstm, gru].flatMap((cell) => Object.keys(cell(sizes, stream).parameters)));
  expect(ofCells).toContain('bias');
  const documents = ['README.md', 'packages/lethe/README.md', 'test/browser/training.ts'].concat(
    ...['docs', 'examples'].map((place) => readdirSync(join(root, place)).map((name) => join(place, name))),
  );
  const texts = documents
    .filter((name) => /\.(md|ts)$/.test(name))
    .map((name) => [name, readFileSync(join(root, name), 'utf8')]);
  // { ...cell.parameters, name: tensor, … }: a name of the cell's own leaves its tensor out of what is trained
  const merged = texts.flatMap(([name, text]) =>
    [...text.matchAll(/\.\.\.\w+\.parameters,([^{}]*)\}/g)].map(([, others]) => ({
      name,
      names: [...others.matchAll(/(\w+):/g)].map(([, key]) => key),
    })),
  );
  expect(merged.length).toBeGreaterThan(4);
  expect(merged.filter(({ names }) => names.some((key) => ofCells.has(key)))).toEqual([]);
});
