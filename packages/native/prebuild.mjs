// Builds kernels that come along in the package: `node prebuild.mjs [PLATFORM]`, this machine's by default, or linux-arm64 from linux-x64 by
// Debian's g++-aarch64-linux-gnu. `npm pack` runs it for all that this machine can build. They lie in prebuilds/, which is not committed.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isOnPath } from './install-compiler.mjs';
import { writeGyp } from './install-gyp.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { platform: platformOf } = createRequire(import.meta.url)('./index.js');
const host = platformOf();
const cross = { 'linux-arm64': { from: 'linux-x64', prefix: 'aarch64-linux-gnu-' } };

const [asked] = process.argv.slice(2);
for (const platform of asked === undefined || asked === '--all' ? possible() : [asked]) {
  if (platform === host) fromHere();
  else if (cross[platform]?.from === host) crossed(platform);
  else fail(`no way to build for ${platform} on ${host}`);
  console.log(`prebuilds/${platform}/lethe.node`);
}

/** This machine's, and with --all those that a compiler is here for. */
function possible() {
  if (asked !== '--all') return [host];
  const others = Object.entries(cross).filter(([, { from }]) => from === host);
  const able = others.filter(([, { prefix }]) => isOnPath(`${prefix}g++`));
  for (const [platform, { prefix }] of others.filter((one) => !able.includes(one)))
    console.log(`prebuilds/${platform}: not built, ${prefix}g++ is not on the PATH`);
  return [host, ...able.map(([platform]) => platform)];
}

/** What the checkout runs on. */
function fromHere() {
  execFileSync(process.execPath, [join(here, 'install.mjs')], { stdio: 'inherit' });
  const built = join(here, 'build', 'Release', 'lethe.node');
  if (!existsSync(built)) fail('the kernels do not build here');
  put(host, built, 'strip');
}

function crossed(platform) {
  const { prefix } = cross[platform];
  if (isCurrent(join(here, 'prebuilds', platform, 'lethe.node'))) return;
  const arch = platform.split('-')[1];
  const work = mkdtempSync(join(os.tmpdir(), 'lethe-prebuild-'));
  try {
    for (const part of ['kernels.gypi', 'package.json', 'src'])
      cpSync(join(here, part), join(work, part), { recursive: true });
    writeGyp(work);
    const gyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
    const headers = join(dirname(process.execPath), '..');
    const local = existsSync(join(headers, 'include', 'node', 'node_api.h')) ? [`--nodedir=${headers}`] : [];
    const env = {
      ...process.env,
      CC: `${prefix}gcc`,
      CXX: `${prefix}g++`,
      AR: `${prefix}ar`,
      npm_config_loglevel: 'error',
    };
    execFileSync(process.execPath, [gyp, 'rebuild', `--arch=${arch}`, ...local], {
      ...{ cwd: work, env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    put(platform, join(work, 'build', 'Release', 'lethe.node'), `${prefix}strip`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Newer than all that it is made of. */
function isCurrent(file) {
  if (!existsSync(file)) return false;
  const sources = readdirSync(join(here, 'src'), { recursive: true }).map((name) => join('src', name));
  const newest = Math.max(...['kernels.gypi', ...sources].map((name) => statSync(join(here, name)).mtimeMs));
  return statSync(file).mtimeMs > newest;
}

/** Without the names that only a debugger reads. */
function put(platform, built, strip) {
  const folder = join(here, 'prebuilds', platform);
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, `lethe.node.${process.pid}`);
  copyFileSync(built, temporary);
  if (process.platform === 'linux' && isOnPath(strip)) execFileSync(strip, ['--strip-unneeded', temporary]);
  renameSync(temporary, join(folder, 'lethe.node'));
}

function fail(reason) {
  console.error(`lethe: ${reason}`);
  process.exit(1);
}
