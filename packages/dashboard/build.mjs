// Builds the page into assets/: one script, one style sheet, one document, nothing from elsewhere.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (name) => fileURLToPath(new URL(name, import.meta.url));

rmSync(at('assets'), { recursive: true, force: true });
mkdirSync(at('assets'));
await build({
  entryPoints: { page: at('page/main.tsx') },
  outdir: at('assets'),
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  conditions: ['lethe-source'],
  logLevel: 'warning',
});
for (const name of ['index.html', 'page.css', 'icon.svg'])
  copyFileSync(at(`page/${name}`), at(`assets/${name}`));
