/** Installing the native kernels where something is missing names the cause and the remedy, and never fails. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lethe-install-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Where programs really are; undefined where this machine has none. */
const which = (program: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(':')
    .map((place) => join(place, program))
    .find((file) => existsSync(file));
const python = run('python3', ['-c', 'import sys; print(sys.executable)']);
const make = which('make');
const tools = ['sh', 'printf', 'mkdir', 'dirname', 'touch', 'rm', 'cp', 'ln'];
const prepared = python !== undefined && make !== undefined && process.platform === 'linux';

function run(command: string, args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** What npm puts into the package, but for kernels that are built. */
const packed = (
  JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json', './packages/native'], {
      ...{ cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    }),
  ) as { files: { path: string }[] }[]
)[0].files
  .map(({ path }) => path)
  .filter((path) => !path.startsWith('prebuilds/'));

/**
 * Installs a copy of the package with nothing on the path but `programs`: a file to link to, or a script. What `before` does to the
 * folder is done first.
 */
function install(
  name: string,
  programs: Record<string, string>,
  before: (place: string) => void = () => {},
): { said: string; reason: string } {
  const place = join(folder, name);
  const bin = join(place, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const file of packed) cpSync(join(root, 'packages/native', file), join(place, file));
  before(place);
  for (const tool of tools) symlinkSync(which(tool)!, join(bin, tool));
  for (const [program, content] of Object.entries(programs)) {
    const file = join(bin, program);
    if (content.startsWith('/')) symlinkSync(content, file);
    else {
      writeFileSync(file, `#!/bin/sh\n${content}\n`);
      chmodSync(file, 0o755);
    }
  }
  // Headers that are nowhere else are not fetched by a test.
  const env = {
    PATH: bin,
    HOME: place,
    NODE_PATH: join(root, 'node_modules'),
    npm_config_nodedir: join(process.execPath, '../..'),
  };
  const { status, stdout } = spawnSync(process.execPath, ['install.mjs'], {
    cwd: place,
    env,
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  const { load } = createRequire(import.meta.url)(join(place, 'index.js'));
  return { said: stdout, reason: load().reason };
}

test('the package has nothing by which pnpm and Yarn compile it at install', () => {
  expect(packed).toContain('kernels.gypi');
  // what both look for, besides scripts of these names
  expect(packed).not.toContain('binding.gyp');
  const { scripts } = JSON.parse(readFileSync(join(root, 'packages/native/package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  expect(Object.keys(scripts).filter((name) => /install/.test(name))).toEqual([]);
});

test('where nothing can be written into the package, that is no crash', () => {
  // in the way of the folder, for whoever may write everywhere as well
  const { said } = install('unwritten', {}, (place) => writeFileSync(join(place, 'build'), ''));
  expect(said).toMatch(/native kernels not built: /);
  expect(said).toContain('everything works without them, on WebAssembly');
});

test('without Python that is the cause, and what else is missing is named with it', () => {
  const { said, reason } = install('python', {});
  expect(said).toMatch(
    /native kernels not built: the build needs Python 3\.8 .*install python3, make, g\+\+, then/,
  );
  expect(said).toContain('on WebAssembly');
  expect(reason).toMatch(/^they are not built: the build needs Python/);
});

test.skipIf(!prepared)('without make that is the cause', () => {
  const { said } = install('make', { python3: python!, 'g++': 'echo "g++ 12"' });
  expect(said).toMatch(/the build needs make, .*install make, then build with/);
});

test.skipIf(!prepared)('without a compiler that is the cause', () => {
  const { said, reason } = install('compiler', { python3: python!, make: make! });
  expect(said).toMatch(/neither g\+\+ nor clang\+\+ is on the path; install g\+\+, then/);
  expect(reason).toContain('there is no C++ compiler');
});

test.skipIf(!prepared)('a compiler that is too old is named with its version and with what it said', () => {
  const { said } = install('old', {
    python3: python!,
    make: make!,
    // what GCC 4.8 says to the flags of kernels.gypi
    'g++': `case "$*" in *--version*) echo "g++ (GCC) 4.8.5"; exit 0;; esac
echo "g++: error: unrecognized command line option '-std=c++17'" >&2; exit 1`,
  });
  expect(said).toMatch(
    /compiling the native kernels with g\+\+ \(GCC\) 4\.8\.5, \d+ at a time: usually about/,
  );
  expect(said).toMatch(/g\+\+ \(GCC\) 4\.8\.5 does not know .* use GCC 11/);
  expect(said).toMatch(/^ {2}g\+\+: error: unrecognized command line option '-std=c\+\+17'$/m);
});

test.skipIf(!prepared)('where Clang is the only compiler it is used', () => {
  const { said } = install('clang', {
    python3: python!,
    make: make!,
    'clang++': `case "$*" in *--version*) echo "clang version 16.0.6"; exit 0;; esac
echo "clang++ was asked" >&2; exit 1`,
  });
  expect(said).toContain('with clang version 16.0.6');
  expect(said).toContain('clang++ was asked');
});

/** What builds print, and what must be said of it; the texts are those of the programs, shortened. */
const causes: [title: string, text: string, configured: boolean, said: RegExp][] = [
  [
    'headers that cannot be fetched', // node-gyp 11.5 without a network
    'gyp ERR! stack Error: This is most likely not a problem with node-gyp or the package itself and\ngyp ERR! stack is related to network connectivity.',
    false,
    /header files of Node\.js are neither here nor could they be fetched.*npm_config_nodedir/,
  ],
  [
    'a compiler that was killed', // GCC 12 out of memory
    'g++: fatal error: Killed signal terminated program cc1plus\ncompilation terminated.',
    true,
    /ran out of memory.*JOBS=1/,
  ],
  [
    'a full disk', // GNU as
    "Assembler messages:\nFatal error: can't write 12 bytes to section .text: No space left on device",
    true,
    /no space is left/,
  ],
  [
    'a C++ library without headers', // GCC without libstdc++-dev
    '../src/kernels.cc:3:10: fatal error: cstddef: No such file or directory\n    3 | #include <cstddef>',
    true,
    /GCC 12 lacks the header files/,
  ],
  [
    'a folder that is not ours',
    "gyp ERR! stack Error: EACCES: permission denied, mkdir 'build'",
    false,
    /may not write/,
  ],
];

test.each(causes)('%s is named', async (_, text, configured, said) => {
  const { causeOf } = await import('../packages/native/install-cause.mjs' as string);
  const found = {
    configured,
    compiler: { name: 'g++', version: 'GCC 12' },
    isOnPath: () => false,
    command: 'x',
  };
  expect(causeOf(text, found).reason).toMatch(said);
});

test('what nobody knows is told with the last lines of the build', async () => {
  const { causeOf } = await import('../packages/native/install-cause.mjs' as string);
  const found = {
    configured: true,
    compiler: { name: 'g++', version: 'GCC 12' },
    isOnPath: () => false,
    command: 'x',
  };
  const lines = Array.from({ length: 40 }, (_, i) => `line ${i} ${'x'.repeat(1000)}`);
  const { reason, details } = causeOf(lines.join('\n'), found);
  expect(reason).toMatch(/^GCC 12 failed/);
  expect(details.split('\n')).toHaveLength(12);
  expect(details.length).toBeLessThan(4000);
});
