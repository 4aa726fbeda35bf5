// Plants faults in the native kernels, one at a time, and tells which of them the tests notice:
//   node packages/native/mutants.mjs [NAME…]
// Each is built for the baseline instruction set in a folder of its own; the tests are those of the kernels. Ends with 1 when one survives.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** name, file, what stands there, what stands there instead */
const mutants = [
  ['length of arrays unchecked', 'reader.h', 'if (n < needs)', 'if (n > SIZE_MAX - 1)'],
  ['bound of masks unchecked', 'reader.h', '!(last <= (double)length)', 'last < 0'],
  [
    'negative strides taken',
    'reader.h',
    'return x >= 0 && x <= 9007199254740992.0',
    'return x <= 9007199254740992.0',
  ],
  ['classes beyond the last taken', 'reader.h', 'numbers[i] < 0 || numbers[i] > most', 'numbers[i] < 0'],
  ['negative classes taken', 'reader.h', 'numbers[i] < 0 || numbers[i] > most', 'numbers[i] > most'],
  ['loops over steps that no array has', 'reader.h', 'if (!held_[size.letter]) *size.to = 0;', ';'],
  [
    'lists of unequal lengths taken',
    'reader.h',
    'if (fits && length != lengths_[i])',
    'if (fits && length > 1u << 31)',
  ],
  ['kinds of arrays unchecked', 'reader.h', '|| type != wanted)', '|| false)'],
  ['no tail of a loop over vectors', 'simd.h', 'if (j < length) body(j, (int)(length - j));', ''],
  ['tail of a logarithm of many classes', 'loss.h', 'for (int i = w; i < W; i++) e[i] = 0.0f;', ''],
  ['half the slope of squared logits', 'readout.h', '2.0f * p.scale * v', 'p.scale * v'],
  [
    'step mask without its weight',
    'readout.h',
    'z[p.targets[m]] -= p.scale * counts;',
    'z[p.targets[m]] -= p.scale;',
  ],
  ['gradients of a stretch overwritten', 'readout.h', 'p.dw, m0 > 0)', 'p.dw, false)'],
  [
    'products of few rows summed backwards',
    'gemm.h',
    's = madd(x[d], v, s);',
    's = s + x[depth - 1 - d] * numbers.at(from + (depth - 1 - d) * o.ld + j, w) * (mask ? load(mask + (depth - 1 - d) * o.ld + j, w) : splat(1.0f));',
  ],
  [
    'sums that depend on who made them',
    'optim.h',
    'for (long i = 0; i < blocks; i++) sum += partial[i];',
    'for (int w = 0; w < pool.threads(); w++) {\n    double own = 0;\n    for (long i = w; i < blocks; i += pool.threads()) own += partial[i];\n    sum += own;\n  }',
  ],
  [
    'bias of n outside the reset gate',
    'gru.h',
    'r * u);',
    'r * (u - load(p.biasRec + 2 * H + j, w)) + load(p.biasRec + 2 * H + j, w));',
  ],
  [
    'zoneout the other way round',
    'lstm.h',
    'c = z * cOld + (1.0f - z) * c;',
    'c = (1.0f - z) * cOld + z * c;',
  ],
  [
    'rows outside their steps computed',
    'lstm.h',
    'const bool active = p.active.at(t, b);',
    'const bool active = true;',
  ],
  ['gradient of the cell without the forget gate', 'lstm.h', 'pastC + dc * f', 'pastC + dc'],
  ['slope of tanh', 'rnn.h', 'return 1.0f - n * n;', 'return 1.0f - n;'],
  ['second moment without correction', 'optim.h', '(vsqrt(v * correction2)', '(vsqrt(v * correction1)'],
  ['momentum that is not kept', 'optim.h', 'store(u.velocities[i] + at, g, w);', ''],
  ['nine rounds of Philox', 'random.h', 'round < 10', 'round < 9'],
  [
    'variance of weights halved',
    'moments.h',
    '2.0f * load(w + at + j, n) * load(g2 + j, n)',
    'load(w + at + j, n) * load(g2 + j, n)',
  ],
  ['gradients through a variance that was clamped', 'moments.h', 'dv = v > 0.0f ? dv : splat(0.0f);', ''],
  [
    'a moment of drawn gates',
    'moments_lstm.h',
    'dcm * before.mean * f * (1.0f - f)',
    'dcm * before.mean * f',
  ],
  [
    'rows scattered over each other',
    'rows.h',
    'store(to + j, load(to + j, w) + factor * load(from + j, w), w)',
    'store(to + j, factor * load(from + j, w), w)',
  ],
];

const here = dirname(fileURLToPath(import.meta.url));
const tests = ['native.test', 'abuse', 'precision'].map((name) => `packages/lethe/src/kernels/${name}`);
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

const folder = mkdtempSync(join(tmpdir(), 'lethe-mutants-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const source = join(folder, 'src');
const addon = join(folder, 'lethe.node');
const units = ['binding', 'dispatch', 'precision', 'crew', 'rounded', 'kernels'];

console.log('mutants: builds the kernels and runs their tests without a fault first');
if (!build(units)) fail('the kernels without a fault do not build');
if (!pass()) fail('the tests fail without a fault');
const survivors = [];
for (const [name, file, found, instead] of mutants) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const path = join(here, 'src', file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(found)) fail(`"${name}" is not to be planted: ${file} has no ${found}`);
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
