/** The library in a real browser: bundled, in a worker of a page, on the WebAssembly engine, with threads and without. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);
const folder = mkdtempSync(join(tmpdir(), 'lethe-browser-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Trained {
  error?: string;
  engine: string;
  isa: string;
  threads: number;
  first: number;
  last: number;
  sum: number;
  isolated: boolean;
}

const types: Record<string, string> = { js: 'text/javascript', html: 'text/html' };
const page = `<!doctype html><title>training</title><script type="module">
const worker = new Worker('/training.js', { type: 'module' });
const tell = (result) => fetch('/result', { method: 'POST', body: JSON.stringify({ ...result, isolated: crossOriginIsolated }) });
worker.onmessage = ({ data }) => tell(data);
worker.onerror = ({ message }) => tell({ error: message });
</script>`;

/** Opens the page in a browser of its own, and waits for what its worker tells. */
async function trained(isolated: boolean): Promise<Trained> {
  const headers = isolated
    ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
    : {};
  const result = {} as {
    resolve(told: Trained): void;
    reject(error: Error): void;
    promise: Promise<Trained>;
  };
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  const server = createServer((request, response) => {
    const name = (request.url ?? '/').slice(1) || 'index.html';
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (piece) => {
        body += piece;
      });
      request.on('end', () => result.resolve(JSON.parse(body) as Trained));
      response.end();
      return;
    }
    const content =
      name === 'index.html' ? page : name.endsWith('.js') ? readFileSync(join(folder, name)) : '';
    response.writeHead(200, { ...headers, 'Content-Type': types[name.split('.').at(-1)!] ?? 'text/plain' });
    response.end(content);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const profile = mkdtempSync(join(folder, 'profile-'));
  const options = ['--headless=new', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`];
  const started = spawn(browser!, [...options, `http://127.0.0.1:${port}/`], {
    stdio: 'ignore',
    detached: true,
  });
  started.on('error', result.reject);
  const late = setTimeout(() => result.reject(new Error('the page told nothing for 100 s')), 100_000);
  try {
    return await result.promise;
  } finally {
    clearTimeout(late);
    if (started.pid) process.kill(-started.pid, 'SIGKILL');
    server.close();
    server.closeAllConnections();
  }
}

describe.skipIf(!browser)(`in a browser (${browser ?? 'skipped: there is no Chromium'})`, () => {
  beforeAll(async () => {
    await build({
      entryPoints: [resolve(import.meta.dirname, 'browser', 'training.ts')],
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      conditions: ['lethe-source'],
      outdir: folder,
      logLevel: 'silent',
    });
  });

  it('trains on all cores of an isolated page, on one of another, to the same bits', {
    timeout: 250_000,
  }, async () => {
    const alone = await trained(false);
    expect(alone.error).toBeUndefined();
    expect(alone).toMatchObject({ engine: 'wasm', isolated: false });
    // a wave of amplitude 1 has variance .5: what an answer of 0 leaves
    expect(alone.first).toBeGreaterThan(0.05);
    expect(alone.last).toBeLessThan(0.02);
    const together = await trained(true);
    expect(together).toMatchObject({ engine: 'wasm', isolated: true, last: alone.last, sum: alone.sum });
  });
});

describe('a bundle for browsers', () => {
  it('of one layer has no other cell in it', async () => {
    const { metafile } = await build({
      stdin: { contents: `export { lstm } from 'lethe';`, resolveDir: import.meta.dirname, loader: 'ts' },
      ...{ bundle: true, minify: true, write: false, metafile: true },
      ...{ format: 'esm', platform: 'browser', conditions: ['lethe-source'], treeShaking: true },
    });
    const bytes = (name: string) =>
      Object.values(metafile.outputs)
        .flatMap(({ inputs }) => Object.entries(inputs))
        .filter(([file]) => file.endsWith(name))
        .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
    expect(bytes('nn/cells/lstm.ts')).toBeGreaterThan(0);
    for (const other of ['nn/cells/gru.ts', 'nn/cells/rnn.ts']) expect(bytes(other), other).toBe(0);
  });

  it('reaches no module of Node.js by import, and stays below its size', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: `export * from 'lethe'; export * from 'lethe/wasm';`,
        resolveDir: import.meta.dirname,
      },
      ...{ bundle: true, minify: true, splitting: true, write: false, outdir: folder },
      ...{ format: 'esm', platform: 'browser', conditions: ['lethe-source'] },
    });
    const sizes = outputFiles.map(({ path, contents }) => [path, gzipSync(contents).length] as const);
    const texts = outputFiles.map(({ text }) => text).join('\n');
    expect(texts).not.toMatch(/(?:from|import) ?["']node:/);
    const module = sizes.filter(([path]) => /simd128/.test(path)).reduce((sum, [, size]) => sum + size, 0);
    const other = sizes.filter(([path]) => /relaxed/.test(path)).reduce((sum, [, size]) => sum + size, 0);
    const all = sizes.reduce((sum, [, size]) => sum + size, 0);
    expect(module).toBeGreaterThan(50_000);
    // library, engine, layout and one module, packed by gzip
    expect((all - other) / 1000).toBeLessThan(175);
  });
});
