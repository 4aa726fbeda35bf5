// Installs the packed packages into empty projects outside the repository and uses them as a stranger would:
// `node test/packages/try.mjs [--node VERSION]… [--only WAY]…`. Ways: npm, ignore-scripts, no-compiler, no-native, pnpm, types, lint. What the
// registry has not is said and skipped; a way that fails ends with 1.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { packAll } from './pack.mjs';

const { values } = parseArgs({
  options: {
    node: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const work = mkdtempSync(path.join(os.tmpdir(), 'lethe-packages-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const tarballs = packAll(path.join(work, 'packed'));

/** The first training step, and which engine ran it. */
const first = `
import { bernoulliNll, gradients, linear, lstm, NoiseStream, scoped, sgd, tensor } from 'lethe';
import { variational } from 'lethe/dropout';
import { engineInUse } from 'lethe/engine';
const stream = new NoiseStream(1);
const rnn = lstm({ inputSize: 3, hiddenSize: 16, dropout: variational({ input: 0.2, recurrent: 0.2 }) }, stream);
const readout = linear({ inputSize: 16, outputSize: 1, layer: 1 }, stream);
const parameters = { ...rnn.parameters, w: readout.parameters.weight, b: readout.parameters.bias };
const optimizer = sgd(parameters, { stepRate: 0.1 });
const x = tensor([[[1, 0, 0]], [[0, 1, 0]], [[0, 0, 1]]]);
const y = tensor([[[1]], [[0]], [[1]]]);
let last = 0;
for (let step = 0; step < 50; step++) {
  scoped(() => {
    const noise = stream.at(step);
    const { loss, gradients: slopes } = gradients(Object.values(parameters), () =>
      bernoulliNll(readout.forward(rnn.forward(x, undefined, noise).output, noise), y).loss);
    optimizer.update(slopes);
    last = loss;
  });
}
if (!(last < 2)) throw new Error('expected a loss below 2, found ' + last);
console.log(engineInUse().engine + ' ' + engineInUse().isa);
`;
const common = `import('lethe').then(({ tensor }) => { if (tensor([1]).size !== 1) throw new Error('no tensor'); });\n`;
const typed = first.replace('let last = 0', 'let last: number = 0');

const names = ['npm', 'ignore-scripts', 'no-compiler', 'no-native', 'pnpm', 'types', 'lint'];
const wanted = values.only.length > 0 ? values.only : names;
let failed = 0;
const way = (name, body) => {
  if (!wanted.includes(name)) return;
  try {
    body();
  } catch (error) {
    failed++;
    console.log(`${name}: FAILED: ${error.message}`);
  }
};

way('npm', () => {
  const project = begun('npm');
  const seconds = timed(() =>
    installed(project, 'npm', [
      'install',
      '--no-audit',
      '--no-fund',
      ...files('@lethe/native', '@lethe/wasm', 'lethe'),
    ]),
  );
  use('npm', project, seconds);
  for (const version of values.node) withNode(version, project);
});

way('ignore-scripts', () => {
  const project = begun('ignore-scripts');
  const seconds = timed(() =>
    installed(project, 'npm', [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      ...files('@lethe/native', '@lethe/wasm', 'lethe'),
    ]),
  );
  use('ignore-scripts', project, seconds);
});

way('no-compiler', () => {
  const project = begun('no-compiler');
  // Nothing but Node's own programs and a shell is on the path.
  const bin = path.join(work, 'bin');
  mkdirSync(bin);
  for (const program of ['node', 'npm', 'npx', 'sh', 'env', 'dirname', 'sed', 'uname']) {
    const found = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
    if (found) symlinkSync(found, path.join(bin, program));
  }
  const seconds = timed(() =>
    installed(
      project,
      'npm',
      ['install', '--no-audit', '--no-fund', ...files('@lethe/native', '@lethe/wasm', 'lethe')],
      { PATH: bin },
    ),
  );
  use('no-compiler', project, seconds);
});

way('no-native', () => {
  const project = begun('no-native');
  const seconds = timed(() =>
    installed(project, 'npm', [
      'install',
      '--omit=optional',
      '--no-audit',
      '--no-fund',
      ...files('@lethe/wasm', 'lethe'),
    ]),
  );
  use('no-native', project, seconds, /^wasm /);
});

way('pnpm', () => {
  const project = begun('pnpm', {
    pnpm: {
      overrides: Object.fromEntries(Object.entries(tarballs).map(([name, file]) => [name, `file:${file}`])),
    },
    dependencies: { lethe: `file:${tarballs.lethe}`, '@lethe/lab': `file:${tarballs['@lethe/lab']}` },
  });
  const seconds = timed(() =>
    installed(project, 'npx', [
      '--yes',
      'pnpm@10',
      'install',
      '--store-dir',
      path.join(work, 'store'),
      '--no-frozen-lockfile',
    ]),
  );
  use('pnpm', project, seconds);
  run('npx', ['lethe', 'doctor'], project);
});

way('types', () => {
  const project = begun('types');
  installed(project, 'npm', [
    'install',
    '--no-audit',
    '--no-fund',
    ...files('@lethe/native', '@lethe/wasm', 'lethe', '@lethe/dashboard', '@lethe/lab'),
    'typescript@5',
    '@types/node@20',
    'esbuild',
  ]);
  writeFileSync(path.join(project, 'first.mts'), typed);
  writeFileSync(
    path.join(project, 'lab.mts'),
    "import { taskKinds } from '@lethe/lab';\nexport const names: string[] = taskKinds.map(({ name }) => name);\n",
  );
  for (const [module, resolution] of [
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    run(
      'npx',
      [
        'tsc',
        '--noEmit',
        '--strict',
        '--target',
        'es2022',
        '--module',
        module,
        '--moduleResolution',
        resolution,
        'first.mts',
        'lab.mts',
      ],
      project,
    );
    console.log(`types: strict with moduleResolution ${resolution}`);
  }
  run(
    'npx',
    ['esbuild', 'first.mjs', '--bundle', '--format=esm', '--platform=browser', '--outfile=bundle.js'],
    project,
  );
  console.log('types: esbuild bundles it for a browser without a setting');
  run('npx', ['lethe', 'train', 'music/folk', '--hidden', '8', '--epochs', '1', '--out', 'run'], project);
  run('npx', ['lethe', 'export', 'run', '--to', 'onnx'], project);
  run('npx', ['lethe', 'report', 'run', '--out', 'run.png'], project);
  console.log('types: the command trains, exports and draws');
});

way('lint', () => {
  const project = begun('lint');
  installed(project, 'npm', ['install', '--no-audit', '--no-fund', 'publint', '@arethetypeswrong/cli']);
  for (const [name, file] of Object.entries(tarballs)) {
    run('npx', ['publint', 'run', '--strict', file], project);
    // Everything but the addon is ESM alone, which CommonJS imports by import().
    const rules = name === '@lethe/native' ? [] : ['--profile', 'esm-only'];
    run('npx', ['attw', file, ...rules], project);
    console.log(`lint: publint and attw have no objection to ${name}`);
  }
});

console.log(
  failed === 0 ? `${wanted.length} passed, 0 failed` : `${wanted.length - failed} passed, ${failed} failed`,
);
process.exitCode = failed === 0 ? 0 : 1;

// --- internal ---

function files(...packed) {
  return packed.map((name) => tarballs[name]);
}

function begun(name, more = {}) {
  const project = path.join(work, name);
  mkdirSync(project);
  writeFileSync(
    path.join(project, 'package.json'),
    JSON.stringify({ name: 'stranger', private: true, ...more }),
  );
  writeFileSync(path.join(project, 'first.mjs'), first);
  writeFileSync(path.join(project, 'common.cjs'), common);
  return project;
}

/** Throws what it printed when it fails, and where a compiler spoke. */
function installed(project, command, args, env = {}) {
  const said = run(command, args, project, env);
  if (/\bg\+\+|node-gyp|gyp info|make:/.test(said))
    throw new Error(`a compiler spoke: ${said.slice(0, 500)}`);
  if (readdirSync(path.join(project, 'node_modules')).includes('node-gyp'))
    throw new Error('node-gyp was installed');
}

function run(command, args, project, env = {}) {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|LETHE_|NODE_)/i.test(name) || /registry|cafile/i.test(name),
    ),
  );
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: project,
    env: { ...clean, ...env },
    encoding: 'utf8',
  });
  if (status !== 0)
    throw new Error(
      `${command} ${args.join(' ').slice(0, 300)}: ${error?.message ?? `${stdout}${stderr}`.slice(-1500)}`,
    );
  return stdout + stderr;
}

function timed(body) {
  const begin = performance.now();
  body();
  return (performance.now() - begin) / 1000;
}

function use(name, project, seconds, engine = /^(native|wasm) /) {
  let said = '';
  const step = timed(() => {
    said = run(process.execPath, ['first.mjs'], project).trim();
  });
  if (!engine.test(said)) throw new Error(`expected the engine ${engine}, found ${said}`);
  run(process.execPath, ['common.cjs'], project);
  const doctor = run('npx', ['lethe', 'doctor'], project);
  if (!doctor.includes('engine')) throw new Error(`lethe doctor said ${doctor}`);
  console.log(
    `${name}: installed in ${seconds.toFixed(1)} s, trained 50 steps in ${step.toFixed(1)} s, on ${said}`,
  );
}

/** The same project under another Node of the registry's package `node`. */
function withNode(version, project) {
  const place = path.join(work, `node-${version}`);
  mkdirSync(place);
  writeFileSync(path.join(place, 'package.json'), '{"private":true}');
  try {
    run('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], place);
  } catch (error) {
    console.log(`npm: no Node ${version} to be had: ${error.message.slice(0, 200)}`);
    return;
  }
  const node = path.join(place, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(node)) throw new Error(`the package node@${version} holds no program`);
  const said = run(node, ['first.mjs'], project).trim();
  run(node, ['common.cjs'], project);
  console.log(
    `npm: Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()} trains on ${said}`,
  );
}
