// Bundles the sources of a package into its dist/, beside the declarations that tsc writes: every entry of the package, and what entries share in chunks.
// Node.js takes half a millisecond and more to find, read and link a module, and the library has some 220, the command 560: what bundles save is in the
// build.mjs of each.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles the package whose build.mjs has the address `home`; `programs` are sources that it starts by their file, beside the entries of its package.json. */
export async function bundle(home, programs = []) {
  const here = (name) => fileURLToPath(new URL(name, home));
  const out = here('dist');
  const { exports } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
  const entries = Object.values(exports)
    .map((entry) => entry['lethe-source'])
    .filter((source) => source !== undefined);

  const { outputFiles } = await build({
    entryPoints: [...entries, ...programs].map(here),
    outbase: here('src'),
    outdir: out,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'es2023',
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
}
