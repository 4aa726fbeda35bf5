#!/usr/bin/env node
// `lethe-build-native`: builds the native kernels from source where a compiler is found, and shows how far it is. Always exits 0: without the
// kernels WebAssembly runs. Why they are missing is kept in build/problem.txt, for whoever asks later.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { causeOf } from './install-cause.mjs';
import { compilerOf, isOnPath } from './install-compiler.mjs';
import { writeGyp } from './install-gyp.mjs';
import { followBuild, speaker } from './install-progress.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const problemFile = join(here, 'build', 'problem.txt');
/** Memory that one compiler takes, measured with GCC 12. */
const compilerMemory = 450 * 2 ** 20;

const say = speaker();
const problem = await build();
if (problem) {
  note(problem.reason);
  say(`lethe: native kernels not built: ${problem.reason}`);
  if (problem.details) say(problem.details.replace(/^/gm, '  '));
  say('lethe: everything works without them, on WebAssembly, some times slower');
} else {
  rmSync(problemFile, { force: true });
}

/** For whoever asks later, where the package can be written to. */
function note(reason) {
  try {
    mkdirSync(dirname(problemFile), { recursive: true });
    writeFileSync(problemFile, `${reason}\n`);
  } catch {}
}

function isCheckout() {
  const repository = join(here, '..', '..', 'package.json');
  return existsSync(repository) && JSON.parse(readFileSync(repository, 'utf8')).name === 'lethe-repository';
}

/** Beside this package, or where the command was called. */
function nodeGyp() {
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json'))]) {
    try {
      return createRequire(from).resolve('node-gyp/bin/node-gyp.js');
    } catch {}
  }
  return undefined;
}

/** Builds what is not up to date; the reason when that failed. */
async function build() {
  if (process.env.LETHE_SKIP_NATIVE) return { reason: 'LETHE_SKIP_NATIVE is set' };
  const gyp = nodeGyp();
  if (!gyp) {
    return {
      reason:
        'the package node-gyp is not installed; npm install --save-dev node-gyp, then npx lethe-build-native',
    };
  }
  // Headers that came with this Node spare a download.
  const prefix = join(dirname(process.execPath), '..');
  const local = existsSync(join(prefix, 'include', 'node', 'node_api.h')) && !process.env.npm_config_nodedir;
  const compiler = compilerOf(process.env);
  const jobs = Number(process.env.JOBS) || parallelCompilers();
  const run = (...args) =>
    output(process.execPath, [gyp, ...args, ...(local ? [`--nodedir=${prefix}`] : [])], {
      cwd: here,
      env: { ...process.env, ...compiler.environment, npm_config_loglevel: 'error' },
    });
  const configured = await prepared(() => run('configure'));
  const command = isCheckout() ? 'npm run build' : 'npx lethe-build-native';
  const found = { configured: configured.code === 0, compiler, isOnPath, command };
  if (configured.code !== 0 || !compiler.name) return causeOf(configured.text, found);
  const follower = followBuild(here, { say, compiler, jobs });
  const built = await run('build', '--jobs', String(jobs));
  follower.end(built.code === 0);
  return built.code === 0 ? null : causeOf(built.text, found);
}

/** What `configure` gives, having written the file that it reads; in its place why that cannot be written. */
async function prepared(configure) {
  try {
    writeGyp(here);
  } catch ({ message }) {
    return { code: 1, text: message };
  }
  return configure();
}

/**
 * At least three, for the three large files of x64: on two cores they are done in 100 seconds when they share them and in
 * 130 when the third waits for one of the others.
 */
function parallelCompilers() {
  const fitting = Math.floor(os.totalmem() / 2 / compilerMemory);
  return Math.max(1, Math.min(Math.max(3, os.availableParallelism()), fitting));
}

/** Runs a command and keeps what it says. */
function output(command, args, options) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const keep = (piece) => {
    text += piece;
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', keep);
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, text: `${text}\n${error.message}` }));
    child.on('close', (code) => resolve({ code, text }));
  });
}
