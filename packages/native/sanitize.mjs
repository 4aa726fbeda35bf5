// Builds the kernels with AddressSanitizer and UndefinedBehaviorSanitizer (Clang) and runs a command on them:
//   node packages/native/sanitize.mjs npx vitest run packages/lethe/src/kernels/abuse.test.ts
// Every finding ends the process, so that the command fails. LETHE_ISA picks the instruction set, avx2 without it.
// LETHE_ASAN adds options of AddressSanitizer. Compiles what is older than the sources.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { units } from './units.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const include = join(dirname(process.execPath), '..', 'include', 'node');
const compiler = ['clang++-19', 'clang++'].find((name) => spawnSync(name, ['--version']).status === 0);
if (compiler === undefined) {
  console.error(
    'sanitize: expected clang++ with its runtime (Debian: clang-19 libclang-rt-19-dev), found none',
  );
  process.exit(1);
}

const isas = {
  baseline: [],
  avx2: ['-mavx2', '-mfma'],
  avx512: ['-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mfma'],
};
const isa = process.env.LETHE_ISA || 'avx2';
const out = join(here, 'build', 'sanitized', isa);
const flags = [
  ...[
    '-std=c++17',
    '-O1',
    '-g',
    '-fPIC',
    '-fvisibility=hidden',
    '-fno-omit-frame-pointer',
    '-ffp-contract=fast',
  ],
  ...[
    '-fsanitize=address,undefined',
    '-fno-sanitize-recover=all',
    '-shared-libasan',
    '-Wno-psabi',
    `-I${include}`,
  ],
];

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

const changed = Math.max(
  ...readdirSync(join(here, 'src'), { recursive: true }).map(
    (name) => statSync(join(here, 'src', name)).mtimeMs,
  ),
  statSync(fileURLToPath(import.meta.url)).mtimeMs,
);
const isCurrent = (file) => existsSync(file) && statSync(file).mtimeMs > changed;

mkdirSync(out, { recursive: true });
const objects = [];
for (const name of units) {
  const object = join(out, `${name}.o`);
  const own = name === 'kernels' ? [`-DLETHE_ISA=${isa}`, ...isas[isa]] : [`-DLETHE_ONLY=${isa}`];
  if (!isCurrent(object))
    run(compiler, [...flags, ...own, '-c', join(here, 'src', `${name}.cc`), '-o', object]);
  objects.push(object);
}
const addon = join(out, 'lethe.node');
if (!isCurrent(addon)) {
  const sanitizers = ['-fsanitize=address,undefined', '-shared-libasan'];
  run(compiler, ['-shared', ...sanitizers, ...objects, '-o', addon, '-lpthread']);
}

const runtime = spawnSync(compiler, ['-print-file-name=libclang_rt.asan-x86_64.so'], {
  encoding: 'utf8',
}).stdout.trim();
if (!existsSync(runtime)) {
  console.error(
    `sanitize: expected the runtime of ${compiler} (Debian: libclang-rt-19-dev), found none at ${runtime}`,
  );
  process.exit(1);
}
const [command, ...args] = process.argv.slice(2);
if (command !== undefined) {
  run(command, args, {
    LETHE_NATIVE: addon,
    LETHE_ENGINE: 'native',
    LD_PRELOAD: runtime,
    // V8 frees nothing at exit; what kernels leak is looked for by a test of its own.
    ASAN_OPTIONS: `detect_leaks=0:allocator_may_return_null=1:${process.env.LETHE_ASAN ?? ''}`,
    UBSAN_OPTIONS: 'print_stacktrace=1',
  });
}
