// Builds the page into assets/: one document and style sheet, a script, and one that comes when the methods are looked at; nothing from elsewhere.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (name) => fileURLToPath(new URL(name, import.meta.url));

const usual = {
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  conditions: ['lethe-source'],
  logLevel: 'warning',
};

/** The page of the dashboard, in place of whatever the folder holds. */
export async function buildDashboard(out = at('assets')) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  await build({
    ...usual,
    entryPoints: { page: at('page/main.tsx') },
    outdir: out,
    splitting: true,
    chunkNames: '[name]-[hash]',
  });
  for (const name of ['index.html', 'page.css', 'icon.svg'])
    copyFileSync(at(`page/${name}`), join(out, name));
}

/** The methods from inside as a page for static hosts, `methods.html` in a folder. */
export async function buildExplorer(out) {
  await build({ ...usual, entryPoints: { methods: at('page/explorer/alone.tsx') }, outdir: out });
  copyFileSync(at('page/explorer/methods.html'), join(out, 'methods.html'));
  copyFileSync(at('page/page.css'), join(out, 'methods.css'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildDashboard(process.argv[2]);
