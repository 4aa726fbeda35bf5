/** The library in a real browser: bundled, in a worker of a page, on the WebAssembly engine, with threads and without. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, host, inBrowser, launch } from './chromium.mts';

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

/** As an application is bundled, of the library as it is built. */
const bundled: BuildOptions = {
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  logLevel: 'silent',
};

/** Pages whose workers train, and whose titles then say how it went. */
const titled = (...workers: string[]) => `<!doctype html><title>training</title><script type="module">
const trained = (name) => new Promise((resolve) => {
  const worker = new Worker(name, { type: 'module' });
  worker.onmessage = ({ data }) => resolve({ ...data, isolated: crossOriginIsolated });
  worker.onerror = ({ message }) => resolve({ error: message });
});
document.title = JSON.stringify(await Promise.all(${JSON.stringify(workers)}.map(trained)));
</script>`;

describe.skipIf(!command)(`in a browser (${inBrowser})`, { timeout: 120_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    const here = (name: string): string => resolve(import.meta.dirname, 'browser', name);
    await build({ ...bundled, entryPoints: [here('training.ts'), here('engine.ts')], outdir: folder });
    writeFileSync(join(folder, 'index.html'), titled('/training.js'));
    writeFileSync(
      join(folder, 'engine.html'),
      '<!doctype html><script type="module" src="/engine.js"></script>',
    );
    browser = await launch();
  }, 60_000);
  afterAll(() => browser?.close());

  /** What the workers of a page tell. */
  async function trained(place: string, isolated: boolean): Promise<Trained[]> {
    const server = await host(place, { isolated });
    const page = await browser.newPage();
    try {
      await page.goto(server.url);
      await page.waitForFunction("document.title.startsWith('[')", null, { timeout: 100_000 });
      return JSON.parse(await page.title()) as Trained[];
    } finally {
      await page.close();
      server.close();
    }
  }

  it('trains on all cores of an isolated page, on one of another, to the same bits', async () => {
    const [alone] = await trained(folder, false);
    expect(alone.error).toBeUndefined();
    expect(alone).toMatchObject({ engine: 'wasm', isolated: false, threads: 1 });
    // a wave of amplitude 1 has variance .5: what an answer of 0 leaves
    expect(alone.first).toBeGreaterThan(0.05);
    expect(alone.last).toBeLessThan(0.02);
    const [together] = await trained(folder, true);
    expect(together).toMatchObject({ engine: 'wasm', isolated: true, last: alone.last, sum: alone.sum });
  });

  it('two copies of the library in one page both work, at the same time', async () => {
    const place = mkdtempSync(join(folder, 'copies-'));
    for (const name of readdirSync(folder).filter((one) => one.endsWith('.js'))) {
      writeFileSync(join(place, name), readFileSync(join(folder, name)));
    }
    const other = resolve(import.meta.dirname, 'browser/training.ts');
    await build({ ...bundled, entryPoints: { other }, outdir: place, chunkNames: 'other-[hash]' });
    writeFileSync(join(place, 'index.html'), titled('/training.js', '/other.js'));
    const [first, second] = await trained(place, true);
    expect(first.error).toBeUndefined();
    expect(second).toEqual(first);
  });

  /** What is wrong: with the files that the host gives, or with the browser, in which a script runs before the page's. */
  const faults: [string, { file?: (text: string) => string; script?: string }, RegExp][] = [
    [
      'the file of the module is a page',
      { file: () => '<!doctype html><title>404</title>' },
      /the script that holds them does not load \(.+\); put all built files on the server/,
    ],
    [
      'the file of the module is cut off',
      { file: (text) => text.slice(0, 50_000) },
      /the script that holds them does not load \(.+\); put all built files on the server/,
    ],
    [
      'the packed module is cut off',
      { file: (text) => text.replace(/"[A-Za-z0-9+/=]{50000,}"/, (packed) => `${packed.slice(0, 40_001)}"`) },
      /their module is damaged \(.+\); build and copy it anew/,
    ],
    [
      'the layout is from before a kernel was added',
      { file: (text) => text.replace('name:"uniform"', 'name:"another"') },
      /@lethe\/wasm is of another version than lethe, .*; install both in one version/,
    ],
    [
      'the browser has no vectors',
      { script: 'WebAssembly.validate = () => false' },
      /this browser has no WebAssembly with vectors \(SIMD\)/,
    ],
    [
      'the browser has no WebAssembly',
      { script: 'delete globalThis.WebAssembly' },
      /this browser has no WebAssembly with vectors \(SIMD\)/,
    ],
    [
      'the device has no memory',
      { script: "WebAssembly.Memory = function () { throw new RangeError('could not allocate memory') }" },
      /there is no memory of 4 MB: could not allocate memory/,
    ],
  ];
  it.each(faults)(
    'where %s, that is said and the portable engine goes on',
    async (_, { file, script }, sentence) => {
      const names = readdirSync(folder).filter((name) => /^(simd128|relaxed|layout)-.*\.js$/.test(name));
      expect(names).toHaveLength(3);
      const files = file
        ? Object.fromEntries(names.map((name) => [name, file(readFileSync(join(folder, name), 'utf8'))]))
        : {};
      const server = await host(folder, { files });
      const page = await browser.newPage();
      if (script) await page.addInitScript(script);
      await page.goto(`${server.url}engine.html`);
      await page.waitForFunction('globalThis.load !== undefined');
      const told = (await page.evaluate('load()')) as { problem: { code: string; message: string } };
      expect(told).toMatchObject({
        engine: 'portable',
        threads: 1,
        product: 11,
        problem: { code: 'E_ENGINE' },
      });
      expect(told.problem.message).toMatch(
        /^useWasm: expected the kernels of WebAssembly to load, but .*; the portable engine goes on$/,
      );
      expect(told.problem.message).toMatch(sentence);
      await page.close();
      server.close();
    },
  );

  it('a worker of an isolated page that is ended in the middle of a step leaves the others and the page at work', async () => {
    const server = await host(folder, { isolated: true });
    const page = await browser.newPage();
    await page.goto(`${server.url}engine.html`);
    const ended = (await page.evaluate(`
      (async () => {
        const worker = new Worker('/training.js', { type: 'module' });
        await new Promise((resolve) => setTimeout(resolve, 500)); // it has threads by then, and is training
        worker.terminate();
        const again = new Worker('/training.js', { type: 'module' });
        return new Promise((resolve) => { again.onmessage = ({ data }) => resolve(data); });
      })()`)) as Trained;
    expect(ended).toMatchObject({ engine: 'wasm' });
    expect(ended.last).toBeLessThan(0.02);
    await page.close();
    server.close();
  });
});

describe('a bundle for browsers', () => {
  it('of one layer has no other cell in it', async () => {
    const one = (of: BuildOptions) =>
      build({
        stdin: { contents: `export { lstm } from 'lethe';`, resolveDir: import.meta.dirname, loader: 'ts' },
        ...{ ...bundled, write: false, outdir: folder, metafile: true, ...of },
      });
    const source = await one({ conditions: ['lethe-source'] });
    const files = Object.values(source.metafile!.outputs)
      .flatMap(({ inputs }) => Object.entries(inputs))
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([file]) => file.replace(/.*\/lethe\/src\//, ''));
    expect(files).toContain('nn/cells/lstm.ts');
    expect(files).toContain('kernels/portable/lstm.ts');
    expect(files.filter((file) => /\b(gru|rnn)\b/.test(file))).toEqual([]);
    // Nor has one of the library as it is built, whose modules are few: it is .7 kB larger, and a GRU's kernels alone are 4.
    const [module, built] = [source, await one({})].map(({ outputFiles }) =>
      outputFiles!.reduce((sum, { contents }) => sum + gzipSync(contents).length / 1000, 0),
    );
    expect(built! - module!).toBeLessThan(1);
  });

  it.each([
    // engine, layout, one module, and what trains an LSTM: the page of a user
    [
      'what trains an LSTM',
      `export { adam, fit, linear, lstm, NoiseStream, scoped, squaredError, tensor } from 'lethe'; export { variational } from 'lethe/dropout'; export * from 'lethe/wasm';`,
      140,
    ],
    ['everything', `export * from 'lethe'; export * from 'lethe/dropout'; export * from 'lethe/wasm';`, 208],
  ])('of %s reaches no module of Node.js by import, and stays below its size', async (_, contents, most) => {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: import.meta.dirname },
      ...{ ...bundled, write: false, outdir: folder },
    });
    const sizes = outputFiles.map(({ path, contents }) => [path, gzipSync(contents).length] as const);
    const texts = outputFiles.map(({ text }) => text).join('\n');
    expect(texts).not.toMatch(/(?:from|import) ?["']node:/);
    const module = sizes.filter(([path]) => /simd128/.test(path)).reduce((sum, [, size]) => sum + size, 0);
    const other = sizes.filter(([path]) => /relaxed/.test(path)).reduce((sum, [, size]) => sum + size, 0);
    const all = sizes.reduce((sum, [, size]) => sum + size, 0);
    expect(module).toBeGreaterThan(50_000);
    // kB, packed by gzip
    expect((all - other) / 1000).toBeLessThan(most);
  });

  it('has the sizes of docs/browser.md, to 2 kB', async () => {
    const document = readFileSync(resolve(import.meta.dirname, '../docs/browser.md'), 'utf8');
    const said =
      /the module is (\d+) kB and its layout (\d+) kB; the worker above (\d+) kB, everything that the library exports (\d+) kB/;
    const [module, layout, worker, everything] = said.exec(document)!.slice(1).map(Number);
    const own = async (contents: string): Promise<Map<string, number>> => {
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: import.meta.dirname },
        ...{ ...bundled, write: false, outdir: folder },
      });
      return new Map(
        outputFiles.map(({ path, contents }) => [
          /(\w+)[^/]*$/.exec(path)![1],
          gzipSync(contents).length / 1000,
        ]),
      );
    };
    const page = await own(/```js\n(\/\/ worker\.js[\s\S]*?)```/.exec(document)![1]);
    const entries = ['', '/dropout', '/moments', '/engine', '/wasm'];
    const library = await own(entries.map((entry) => `export * from 'lethe${entry}';`).join('\n'));
    const measured = [page.get('simd128'), page.get('layout'), page.get('stdin'), library.get('stdin')];
    for (const [i, kB] of [module, layout, worker, everything].entries())
      expect(Math.abs(measured[i]! - kB), `${measured}`).toBeLessThan(2);
  });
});
