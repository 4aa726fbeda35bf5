// Builds the two modules of the WebAssembly engine from the C++ kernels, and where their parameters lie:
//   node packages/wasm/build.mjs [--check]
// Needs clang++ and wasm-ld (Debian: clang-19 lld-19). --check compares with what is there, byte for byte. wasm-opt (binaryen 108) is not
// run over them: it saves nothing after gzip, and at -O2 the second thread of a product packed nothing any more.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const native = join(here, '..', 'native', 'src');
const folder = mkdtempSync(join(tmpdir(), 'lethe-wasm-'));

const common = [
  '--target=wasm32-unknown-unknown',
  '-std=c++17',
  // 5 % smaller than by -O2 and as fast: loops that matter are written out
  '-Os',
  // what is worth vectors is written in vectors
  '-fno-vectorize',
  '-fno-slp-vectorize',
  '-fno-unroll-loops',
  '-msimd128',
  '-matomics',
  '-mbulk-memory',
  '-mmutable-globals',
  '-ffreestanding',
  '-fno-exceptions',
  '-fno-rtti',
  '-fno-math-errno',
  '-ffp-contract=fast',
  '-fvisibility=hidden',
  '-DLETHE_ISA=wasm',
  `-I${native}`,
  `-I${join(here, 'src')}`,
];
function run(command, args) {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  console.error(
    `wasm: expected ${command} (Debian: clang-19 lld-19) to run, ${error?.message ?? `got\n${stderr}`}`,
  );
  process.exit(1);
}

function compile(source, flags) {
  const object = join(folder, `${flags.join('')}${source.replaceAll('/', '_')}.o`);
  run('clang++-19', [...common, ...flags, '-c', source, '-o', object]);
  return object;
}

function link(objects, out) {
  const limits = ['--import-memory', '--shared-memory', '--max-memory=4294967296', '-zstack-size=1048576'];
  const kept = ['--export=__stack_pointer', '--export=__heap_base', '--gc-sections', '--strip-all'];
  run('wasm-ld-19', ['--no-entry', ...limits, ...kept, '-O2', ...objects, '-o', out]);
}

/** A module with these features. */
function build(flags) {
  const sources = [join(native, 'kernels.cc'), join(here, 'src', 'crew.cc'), join(here, 'src', 'engine.cc')];
  const out = join(folder, 'module.wasm');
  link(
    sources.map((source) => compile(source, flags)),
    out,
  );
  return readFileSync(out);
}

/** The description that describe.cc writes. */
function description() {
  const out = join(folder, 'describe.wasm');
  link([compile(join(here, 'src', 'describe.cc'), [])], out);
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(out)), {
    env: { memory },
  });
  const bytes = new Uint8Array(memory.buffer);
  const at = exports.describe();
  return new TextDecoder().decode(bytes.slice(at, bytes.indexOf(0, at)));
}

const files = {
  'modules/simd128.js': inlined('simd128', build([])),
  'modules/relaxed.js': inlined('relaxed SIMD', build(['-mrelaxed-simd'])),
  'modules/layout.js': `// Written by build.mjs: where the parameters of every kernel lie.\nexport const layout = ${description()};\n`,
};

function inlined(name, bytes) {
  const text = gzipSync(bytes, { level: 9 }).toString('base64');
  return `// Written by build.mjs: the kernels for ${name}, packed by gzip.\nexport const packed = "${text}";\n`;
}

let different = 0;
for (const [name, content] of Object.entries(files)) {
  const file = join(here, name);
  if (!process.argv.includes('--check')) writeFileSync(file, content);
  else if (readFileSync(file, 'utf8') !== content) {
    console.error(
      `wasm: expected ${name} to be what the sources give; run node packages/wasm/build.mjs and commit it`,
    );
    different++;
  }
}
rmSync(folder, { recursive: true });
if (different) process.exit(1);
console.log(
  Object.entries(files)
    .map(([name, content]) => `${name} ${content.length}`)
    .join('\n'),
);
