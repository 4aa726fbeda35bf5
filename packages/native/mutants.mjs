// Plants faults in the native kernels, one at a time, and tells which of them the tests notice:
//   node packages/native/mutants.mjs [NAME…]
// Each is built for the baseline instruction set in a folder of its own; the tests are those of the kernels. Ends with 1 when one survives.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutants } from './faults.mjs';
import { units } from './units.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const tests = ['native.test', 'native-sequences.test', 'abuse', 'precision'].map(
  (name) => `packages/lethe/src/kernels/${name}`,
);
const include = join(dirname(process.execPath), '..', 'include', 'node');
const compiler = process.env.CXX || 'g++';
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !mutants.some(([known]) => known === name));
if (unknown.length > 0) {
  console.error(
    `mutants: expected names among ${mutants.map(([name]) => `"${name}"`).join(', ')}, got "${unknown[0]}"`,
  );
  process.exit(2);
}

const stale = mutants.filter(
  ([, file, found]) => !readFileSync(join(here, 'src', file), 'utf8').includes(found),
);
if (stale.length > 0)
  fail(
    stale.map(([name, file, found]) => `"${name}" is not to be planted: ${file} has no ${found}`).join('\n'),
  );
const folder = mkdtempSync(join(tmpdir(), 'lethe-mutants-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const source = join(folder, 'src');
const addon = join(folder, 'lethe.node');

console.log('mutants: builds the kernels and runs their tests without a fault first');
if (!build(units)) fail('the kernels without a fault do not build');
if (!pass()) fail('the tests fail without a fault');
const survivors = [];
for (const [name, file, found, instead] of mutants) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  // What does not depend on a file that only the binding reads is not compiled again.
  const changed = file === 'reader.h' ? ['binding'] : ['kernels'];
  const isBuilt = build(changed, (text) => text.replaceAll(found, instead), file);
  const verdict = isBuilt ? (pass() ? 'survived' : 'killed') : 'not built';
  console.log(`${verdict.padEnd(9)} ${name} (${file})`);
  if (verdict !== 'killed') survivors.push(name);
  build(changed);
}
console.log(
  survivors.length === 0 ? 'all killed' : `${survivors.length} not killed: ${survivors.join(', ')}`,
);
process.exitCode = survivors.length === 0 ? 0 : 1;

// --- internal ---

function fail(reason) {
  console.error(`mutants: ${reason}`);
  process.exit(1);
}

/** Compiles some of the units and links all, with `file` changed by `plant`; false when the compiler refuses. */
function build(some, plant, file) {
  cpSync(join(here, 'src'), source, { recursive: true });
  if (plant) writeFileSync(join(source, file), plant(readFileSync(join(source, file), 'utf8')));
  const flags = [
    '-std=c++17',
    '-O1',
    '-w',
    '-fPIC',
    '-fvisibility=hidden',
    '-ffp-contract=fast',
    `-I${include}`,
  ];
  const run = (...args) => spawnSync(compiler, args, { encoding: 'utf8' }).status === 0;
  for (const unit of some) {
    const define = unit === 'kernels' ? '-DLETHE_ISA=baseline' : '-DLETHE_ONLY=baseline';
    if (!run(...flags, define, '-c', join(source, `${unit}.cc`), '-o', join(folder, `${unit}.o`)))
      return false;
  }
  return run('-shared', ...units.map((unit) => join(folder, `${unit}.o`)), '-o', addon, '-lpthread');
}

/** Whether all tests pass on what was built. */
function pass() {
  const env = { ...process.env, LETHE_NATIVE: addon, LETHE_ENGINE: 'native', LETHE_ISA: '' };
  const { status } = spawnSync('npx', ['vitest', 'run', '--bail', '1', ...tests], { env, timeout: 900_000 });
  return status === 0;
}
