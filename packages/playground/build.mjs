// Builds the playground into the package of the command: node packages/playground/build.mjs
// The page and its worker bundled, the embedded tunes read from corpus/ as frames; what comes out is a folder of files for any static host.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { buildExplorer } from '../dashboard/build.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, '..');

/** What a static host reads that lets its owner say headers in a file: Netlify, Cloudflare Pages and others. */
const headers = `/*
  Cross-Origin-Opener-Policy: same-origin
  Cross-Origin-Embedder-Policy: require-corp
`;

/** Writes all files of the page into `out`, in the place of what was there. */
export async function buildPlayground(out) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await build({
    entryPoints: { page: join(here, 'src/page/page.ts'), worker: join(here, 'src/worker.ts') },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['lethe-source'],
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    outdir: out,
    logLevel: 'warning',
  });
  for (const name of ['index.html', 'style.css', 'icon.svg'])
    cpSync(join(here, 'src/page', name), join(out, name));
  writeFileSync(join(out, 'tunes.json'), JSON.stringify(await tunes()));
  writeFileSync(join(out, '_headers'), headers);
  await buildExplorer(out);
}

/** The tunes of corpus/, by the reader of the command. */
async function tunes() {
  const reader = join(packages, 'playground', `.tunes-${process.pid}.mjs`);
  try {
    await build({
      entryPoints: [join(packages, 'lab/src/tasks/music/data/folk.ts')],
      bundle: true,
      format: 'esm',
      platform: 'node',
      conditions: ['lethe-source'],
      outfile: reader,
      logLevel: 'warning',
    });
    const { loadFolk } = await import(pathToFileURL(reader));
    const { stepsPerQuarter, splits } = loadFolk(join(packages, '..', 'corpus'));
    return { stepsPerQuarter, train: splits.train, valid: splits.valid };
  } finally {
    rmSync(reader, { force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = join(packages, 'lab', 'dist', 'page');
  await buildPlayground(out);
  const packed = readdirSync(out)
    .filter((name) => name.endsWith('.js'))
    .map((name) => `${name} ${(gzipSync(readFileSync(join(out, name))).length / 1000).toFixed(1)}`);
  console.log(`playground: ${packed.join(', ')} kB by gzip`);
}
