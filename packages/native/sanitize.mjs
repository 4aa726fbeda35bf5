// Builds the kernels with AddressSanitizer and UndefinedBehaviorSanitizer (Clang) and runs a command on them:
//   node packages/native/sanitize.mjs npx vitest run packages/lethe/src/kernels/native-abuse.test.ts
// Every finding ends the process, so that the command fails. LETHE_ISA picks the instruction set, avx2 without it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, 'build', 'sanitized');
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

const objects = [];
function compile(source, name, extra = []) {
  objects.push(join(out, `${name}.o`));
  run(compiler, [...flags, ...extra, '-c', join(here, 'src', source), '-o', objects.at(-1)]);
}

mkdirSync(out, { recursive: true });
for (const name of ['binding', 'dispatch', 'precision', 'crew', 'rounded'])
  compile(`${name}.cc`, name, [`-DLETHE_ONLY=${isa}`]);
compile('kernels.cc', isa, [`-DLETHE_ISA=${isa}`, ...isas[isa]]);
const addon = join(out, 'lethe.node');
run(compiler, [
  '-shared',
  '-fsanitize=address,undefined',
  '-shared-libasan',
  ...objects,
  '-o',
  addon,
  '-lpthread',
]);

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
    ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=0:allocator_may_return_null=1',
    UBSAN_OPTIONS: 'print_stacktrace=1',
  });
}
