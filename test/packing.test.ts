/** What goes into the packages that are published: all of it as it is now, and nothing that only the repository has a use for. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lethe-packing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const filesOf = (place: string): string[] => (readdirSync(place, { recursive: true }) as string[]).sort();
const prepack = (...args: string[]): void => {
  execFileSync(process.execPath, [join(root, 'packages/lab/prepack.mjs'), folder, ...args]);
};

it('the lab has the recipes and the corpus of the repository, and no others', () => {
  mkdirSync(join(folder, 'recipes'));
  writeFileSync(join(folder, 'recipes/removed.yaml'), '');
  prepack();
  expect(filesOf(join(folder, 'recipes'))).toEqual(filesOf(join(root, 'recipes')));
  const corpus = filesOf(join(root, 'corpus'));
  expect(corpus).toContain('make.mts');
  // it imports from the sources of the repository
  expect(filesOf(join(folder, 'corpus'))).toEqual(corpus.filter((file) => file !== 'make.mts'));
  expect(filesOf(join(folder, 'fonts'))).toEqual(['DejaVuSans-Bold.ttf', 'DejaVuSans.ttf', 'LICENSE']);
});

it('afterwards they are away, or a checkout would read them in the place of its own', () => {
  prepack();
  prepack('--away');
  expect(readdirSync(folder)).toEqual([]);
});

it('modules are told whose source is no more', async () => {
  const { orphansOf } = (await import('./packages/pack.mjs' as string)) as {
    orphansOf(files: string[]): string[];
  };
  const files = [
    'src/a.ts',
    'src/b/c.tsx',
    'dist/a.js',
    'dist/a.d.ts',
    'dist/b/c.js',
    'dist/page/page.js',
    'dist/chunks/b.js',
  ];
  expect(orphansOf(files)).toEqual([]);
  expect(orphansOf([...files, 'dist/gone.js', 'dist/gone.d.ts'])).toEqual(['dist/gone.js', 'dist/gone.d.ts']);
});
