/**
 * The WebAssembly engine where something is wrong with it, each in a process of its own over files of the packages in a folder of its own:
 * always a sentence, with what goes on instead.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'lethe-broken-'));
const modules = resolve(import.meta.dirname, '../packages/wasm');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that says which engine it got, having computed something with it. */
const program = `
const { matmul, scoped, tensor } = await import('./lethe.mjs');
const { engineInUse, wasmProblem } = await import('./lethe.mjs');
try {
  const { engine } = engineInUse();
  const product = scoped(() => matmul(tensor([[1, 2], [3, 4]]), tensor([[1], [1]])).toArray());
  console.log(JSON.stringify({ engine, product, problem: wasmProblem() }));
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
}
`;

interface Told {
  engine?: string;
  product?: number[];
  problem?: string | null;
  error?: string;
  stderr: string;
}

/** Runs the program over a copy of @lethe/wasm. */
function run(
  name: string,
  {
    change = () => {},
    before = '',
    flags = [],
    engine = '',
    bundle = 'lethe.mjs',
  }: {
    change?(modules: string): void;
    before?: string;
    flags?: readonly string[];
    engine?: string;
    bundle?: string;
  } = {},
): Told {
  const place = join(folder, name.replaceAll(/\W/g, '-'));
  const own = join(place, 'node_modules/@lethe/wasm');
  mkdirSync(own, { recursive: true });
  cpSync(join(modules, 'package.json'), join(own, 'package.json'));
  cpSync(join(modules, 'modules'), join(own, 'modules'), { recursive: true });
  change(join(own, 'modules'));
  cpSync(join(folder, bundle), join(place, bundle));
  writeFileSync(join(place, 'main.mjs'), before + program.replaceAll('lethe.mjs', bundle));
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, join(place, 'main.mjs')], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LETHE_ENGINE: engine },
  });
  try {
    return { ...(JSON.parse(stdout) as Told), stderr };
  } catch {
    throw new Error(`expected one line of JSON, got ${stdout}${stderr}`);
  }
}

const replaceAll = (folder: string, content: (text: string) => string): void => {
  for (const name of ['simd128', 'relaxed']) {
    const file = join(folder, `${name}.js`);
    writeFileSync(file, content(readFileSync(file, 'utf8')));
  }
};

/** What is wrong, what is done for it, and what is said. */
const faults: [string, Parameters<typeof run>[1] & object, RegExp][] = [
  [
    'the file of the module is a page',
    { change: (at) => replaceAll(at, () => '<!doctype html><title>404</title>') },
    /found a file of 33 characters that begins with "<!doctype html><titl"; install the package anew/,
  ],
  [
    'the file is cut off',
    { change: (at) => replaceAll(at, (text) => text.slice(0, 50_000)) },
    /expected (simd128|relaxed) to export its module whole, found a file of 50000 characters/,
  ],
  [
    'the packed module is cut off',
    { change: (at) => replaceAll(at, (text) => `${text.slice(0, 50_000)}";\n`) },
    /the module in (simd128|relaxed) is damaged \(unexpected end of file\); install the package anew/,
  ],
  [
    'the module itself is another',
    // gzip of nothing
    { change: (at) => replaceAll(at, () => 'export const packed = "H4sIAAAAAAAAAwMAAAAAAAAAAAA=";\n') },
    /the module in (simd128|relaxed) is damaged \(WebAssembly.Module\(\): .*\); install the package anew/,
  ],
  [
    'the package is from before a kernel was added',
    {
      change: (at) => {
        const file = join(at, 'layout.js');
        writeFileSync(file, readFileSync(file, 'utf8').replace('"name":"uniform"', '"name":"another"'));
      },
    },
    /@lethe\/wasm is of another version than lethe, .*; install both in one version/,
  ],
  [
    'there is no package',
    { change: (at) => rmSync(resolve(at, '..'), { recursive: true }) },
    /the package @lethe\/wasm is not installed/,
  ],
  [
    'the runtime has no vectors',
    { before: 'WebAssembly.validate = () => false;' },
    /this runtime has no WebAssembly with vectors \(SIMD\)/,
  ],
  [
    'the runtime has no WebAssembly',
    { flags: ['--jitless'] },
    /this runtime has no WebAssembly with vectors \(SIMD\)/,
  ],
  [
    'the system has no memory',
    {
      before:
        "WebAssembly.Memory = class { constructor() { throw new RangeError('could not allocate memory'); } };",
    },
    /there is no memory of 4 MB: could not allocate memory/,
  ],
];

describe('where', () => {
  beforeAll(async () => {
    const bundled = (name: string, more: BuildOptions) =>
      build({
        stdin: {
          contents: `export * from 'lethe'; export * from 'lethe/engine';`,
          resolveDir: import.meta.dirname,
        },
        ...{ bundle: true, platform: 'node', conditions: ['lethe-source'], logLevel: 'error' },
        outfile: join(folder, name),
        ...more,
      });
    await bundled('lethe.mjs', { format: 'esm' });
    // without import.meta.url
    await bundled('lethe.cjs', { format: 'cjs' });
    // as webpack puts it in, on the machine that builds
    const define = { 'import.meta.url': '"file:///builder/node_modules/lethe/dist/kernels/native.js"' };
    await bundled('moved.mjs', { format: 'esm', define });
    const moved = readFileSync(join(folder, 'moved.mjs'), 'utf8');
    writeFileSync(join(folder, 'webpack.mjs'), moved.replaceAll(/typeof __(file|dir)name\b/g, '"string"'));
  });

  it('nothing is wrong, the engine runs', () => {
    expect(run('whole')).toMatchObject({ engine: 'wasm', product: [3, 7], problem: null });
  });

  // as Deno does without --allow-env and --allow-sys
  it('the runtime refuses what the native kernels ask for, and the environment, the next engine goes on, and why is said', () => {
    const before = `
      const get = (_, name) => {
        // Node.js reads its own
        if (name.startsWith('LETHE')) throw new Error('Requires access, run again with a flag');
      };
      process.env = new Proxy({}, { get });`;
    const change = (modules: string): void => {
      const native = resolve(modules, '../../native');
      mkdirSync(native);
      writeFileSync(join(native, 'package.json'), '{ "name": "@lethe/native", "main": "index.js" }');
      writeFileSync(join(native, 'index.js'), 'exports.load = () => process.env.LETHE_NATIVE;');
    };
    const { stderr, ...told } = run('refusals', { before, change });
    expect(told).toMatchObject({ engine: 'wasm', product: [3, 7], problem: null });
    expect(stderr).toBe(
      'lethe: the native kernels do not load: Requires access, run again with a flag; the WebAssembly engine runs, some times slower\n',
    );
  });

  it.each([
    ['a bundle is a CommonJS module', 'lethe.cjs'],
    ['a bundle was built elsewhere', 'moved.mjs'],
    ['webpack says what CommonJS has, in an ES module', 'webpack.mjs'],
  ])('%s, the kernels beside it are found', (name, bundle) => {
    expect(run(name, { bundle })).toMatchObject({ engine: 'wasm', product: [3, 7], problem: null });
  });

  it.each(faults)('%s, the portable engine goes on, and why is said', (name, fault, sentence) => {
    const { engine, product, problem, stderr } = run(name, fault);
    expect({ engine, product }).toEqual({ engine: 'portable', product: [3, 7] });
    expect(problem).toMatch(sentence);
    expect(stderr).toMatch(/the portable engine runs, many times slower/);
    expect(stderr).toMatch(sentence);
    expect(stderr.match(/^lethe: /gm)).toHaveLength(1);
  });

  it.each(faults)('%s and nothing but it will do, that is refused', (name, fault, sentence) => {
    const { error } = run(`${name} asked`, { ...fault, engine: 'wasm' });
    expect(error).toMatch(/^engine: expected the kernels of WebAssembly, but they do not run: /);
    expect(error).toMatch(sentence);
    expect(error).toMatch(/set LETHE_ENGINE=portable$/);
  });

  it('memory grows beyond what there is, the size is said and the engine goes on', () => {
    const before = `
      const { kernels } = await import('./lethe.mjs');
      const engine = kernels();
      let slabs = 0;
      try { for (;;) { engine.slab(2 ** 30); slabs++; } }
      catch ({ code, message }) { console.error(JSON.stringify({ code, message, slabs })); }
    `;
    const { stderr, ...told } = run('large', { before, engine: 'wasm' });
    expect(told).toMatchObject({ engine: 'wasm', product: [3, 7] });
    const { code, message, slabs } = JSON.parse(stderr) as { code: string; message: string; slabs: number };
    expect(code).toBe('E_MEMORY');
    expect(message).toMatch(
      /expected room for 1073741824 bytes beyond the \d+ MB in use, got none; it has at most 4 GB/,
    );
    expect(slabs).toBeLessThan(4);
  });

  it.each(['wasm', 'portable', 'native'])(
    'two copies of the library are in one process, both work (%s)',
    (engine) => {
      if (engine === 'native')
        mkdirSync(join(folder, 'two-copies-native/node_modules/@lethe'), { recursive: true });
      const before = `
      import { cpSync, symlinkSync } from 'node:fs';
      ${engine === 'native' ? `symlinkSync(${JSON.stringify(resolve(modules, '../native'))}, new URL('node_modules/@lethe/native', import.meta.url));` : ''}
      cpSync(new URL('lethe.mjs', import.meta.url), new URL('other.mjs', import.meta.url));
      const other = await import('./other.mjs');
      const own = await import('./lethe.mjs');
      const train = ({ adam, gradients, lstm, mean, NoiseStream, scoped, square, tensor }) => {
        const layer = lstm({ inputSize: 2, hiddenSize: 3 }, new NoiseStream(1));
        const optimizer = adam(layer.parameters, { stepRate: .1 });
        for (let i = 0; i < 5; i++) scoped(() => {
          const x = tensor([[[1, 2]], [[3, 4]]]);
          const loss = () => mean(square(layer.forward(x).output));
          optimizer.update(gradients(Object.values(layer.parameters), loss).gradients);
        });
        return Array.from(layer.parameters.weightRec.data).join();
      };
      let sentence;
      try { other.matmul(own.tensor([[1]]), other.tensor([[1]])); } catch ({ message }) { sentence = message; }
      console.error(JSON.stringify({ same: train(own) === train(other), sentence,
        engines: [own.engineInUse().engine, other.engineInUse().engine] }));
    `;
      const { stderr } = run(`two copies ${engine}`, { before, engine });
      expect(JSON.parse(stderr)).toEqual({
        ...{ same: true, engines: [engine, engine] },
        sentence: expect.stringMatching(
          /a tensor of shape \[1, 1\] of another copy of lethe; make everything with one of them/,
        ),
      });
    },
  );
});
