/** Every public name has a doc comment and stands in docs/api.md. */
import { readFileSync } from 'node:fs';
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
