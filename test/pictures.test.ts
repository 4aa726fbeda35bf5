/** The pictures of the documents: each has what it is drawn from, and is drawn by one command. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { documentPictures, redraw } from '../docs/pictures.mts';
import { epoch, makeRun } from '../packages/dashboard/src/server/testing.suite.ts';
import { palette } from '../packages/lab/src/pictures/svg/colour.ts';
import { objections } from '../packages/lab/src/pictures/svg/legible.suite.ts';
import { dark, themeStyle } from '../packages/lab/src/pictures/svg/theme.ts';

const docs = resolve(import.meta.dirname, '../docs');
const folder = mkdtempSync(join(tmpdir(), 'lethe-pictures-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('every picture that a document shows is one that the command draws, and the other way round', () => {
  const shown = readdirSync(docs)
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => [...readFileSync(join(docs, name), 'utf8').matchAll(/\]\(figures\/([^)]+\.svg)\)/g)])
    .map(([, file]) => file);
  expect([...new Set(shown)].sort()).toEqual(documentPictures.map(({ file }) => file).sort());
  for (const file of shown) expect(existsSync(join(docs, 'figures', file)), file).toBe(true);
});

it('pictures of documents, of reports and of the dashboard have one look, in the light and in the dark', () => {
  for (const { file } of documentPictures)
    expect(readFileSync(join(docs, 'figures', file), 'utf8').includes(themeStyle), file).toBe(true);
  const css = readFileSync(join(docs, '../packages/dashboard/page/page.css'), 'utf8');
  const [light, night] = css.split('@media (prefers-color-scheme: dark)');
  const variable = (part: string, name: string): string | undefined =>
    new RegExp(`--${name}: (#\\w+);`).exec(part)?.[1];
  expect(palette.map((_, i) => variable(light, `print-series-${i}`))).toEqual(palette);
  expect(palette.map((_, i) => variable(night, `series-${i}`))).toEqual(dark.palette);
  const words = {
    paper: 'paper',
    raised: 'shade',
    ink: 'ink',
    muted: 'muted',
    grid: 'faint',
    accent: 'accent',
  } as const;
  for (const [name, key] of Object.entries(words)) expect(variable(night, name), name).toBe(dark[key]);
});

it('runs under their names are drawn side by side by the components of reports, and what is missing is said', () => {
  const runs = join(folder, 'runs');
  const names = ['ptb-small', 'ptb-medium', 'ptb-medium-untied', 'ptb-awd'];
  const said: string[] = [];
  const options = {
    from: runs,
    to: join(folder, 'figures'),
    only: 'language-models',
    log: (line: string) => said.push(line),
  };
  expect(redraw(options)).toEqual({ drawn: 0, missing: 1 });
  expect(said[0]).toContain(`lethe train zaremba2014/ptb-small --out ${join(runs, 'ptb-small')}`);
  for (const [i, name] of names.entries())
    makeRun(
      runs,
      name,
      [1, 2, 3].map((n) => epoch(n, 9 / n + i, 9 / n + 1 + i, true)),
      [`model.hidden=${5 + i}`],
    );
  expect(redraw(options)).toEqual({ drawn: 1, missing: 0 });
  const svg = readFileSync(join(folder, 'figures/language-models/ptb.svg'), 'utf8');
  expect(svg).toContain('aria-label="Penn Treebank"');
  expect(objections(svg)).toEqual([]);
  for (const name of names) expect(svg.split(`>${name}: `).length - 1, name).toBe(2);
});
