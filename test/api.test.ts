/** Every public name has a doc comment and stands in docs/api.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { apiDocument, publicSymbols } from '../docs/api.mts';

const symbols = publicSymbols();

it('every public name has a doc comment', () => {
  expect(symbols.filter(({ summary }) => summary === '').map(({ name }) => name)).toEqual([]);
});

it('docs/api.md is what the doc comments say; npm run docs writes it anew', () => {
  const document = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');
  expect(document).toBe(apiDocument(symbols));
  for (const { name } of symbols) expect(document).toContain(`| \`${name}\` |`);
});

it('every code of an error of the library stands in the comment of LetheError', () => {
  const sources = new URL('../packages/lethe/src/', import.meta.url);
  const files = (readdirSync(sources, { recursive: true }) as string[]).filter((file) =>
    /(?<!test|suite)\.ts$/.test(file),
  );
  const codes = files.flatMap((file) =>
    [...readFileSync(new URL(file, sources), 'utf8').matchAll(/(?:new LetheError|super)\(\s*'(E_\w+)'/g)].map(
      ([, code]) => code,
    ),
  );
  expect(codes.length).toBeGreaterThan(8);
  const { summary } = symbols.find(({ name }) => name === 'LetheError')!;
  expect([...new Set(codes)].filter((code) => !summary.includes(`\`${code}\``))).toEqual([]);
});
