// Bundles the sources into dist/, beside the declarations that tsc writes: every entry of the package, and what entries share in chunks. The command has
// some 560 modules, and Node.js takes half a millisecond to find and link each: `lethe --version` takes .70 s bundled and .96 s as modules of their own
// (medians of five in a slow hour of an Intel Xeon 2.80 GHz; of the .70 s Node.js itself takes .11, the library .22, zod .10).
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const out = here('dist');

/** What is imported from elsewhere, and the program that a search starts for each of its trials. */
const entryPoints = [
  ...Object.values(JSON.parse(readFileSync(here('package.json'), 'utf8')).exports)
    .map((entry) => entry['lethe-source'])
    .filter((source) => source !== undefined)
    .map(here),
  here('src/experiments/search/trial-child.ts'),
];

const { outputFiles } = await build({
  entryPoints,
  outbase: here('src'),
  outdir: out,
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  write: false,
});

// A program that is running may load a chunk yet: what did not change is left as it is.
const built = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
for (const [path, contents] of built) {
  if (existsSync(path) && readFileSync(path).equals(contents)) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
for (const name of readdirSync(out, { recursive: true })) {
  const path = join(out, name);
  // page/ is the playground's.
  if (/^(?!page\b).*\.js(\.map)?$/.test(name) && !built.has(path)) rmSync(path);
}
