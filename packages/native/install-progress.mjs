// What an installation says while the kernels compile: which compiler, how long it usually takes, how many files
// are done.
import { openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import os from 'node:os';
import { join, relative } from 'node:path';

/** Seconds that one core works on all files, by processor: GCC 12 on a Xeon took 204 for three instruction sets. */
const usualWork = { x64: 204, arm64: 75 };
/** Seconds between lines where none can be rewritten. */
const pause = 15;

/**
 * Says a line. npm hides what the script of a dependency prints; where a person sits at the terminal, it goes there.
 */
export function speaker(environment = process.env) {
  const hidden = environment.npm_lifecycle_event === 'install' && !process.stdout.isTTY && !environment.CI;
  const terminal = hidden ? openTerminal() : undefined;
  return (line) => {
    // npm's own progress stands on the line
    if (terminal !== undefined) writeSync(terminal, `\r\u001b[K${line}\n`);
    console.log(line);
  };
}

/** Says how far a build is that begins now, until it is told the end; nothing where all is up to date. */
export function followBuild(folder, { say, compiler, jobs }) {
  const begun = Date.now();
  const files = staleObjects(folder);
  if (files.length === 0) return { end() {} };
  const name = compiler.version ?? compiler.name;
  const usual = usualTime(Math.min(jobs, os.availableParallelism()));
  say(`lethe: compiling the native kernels with ${name}, ${jobs} at a time: usually ${usual}`);
  const live = process.stdout.isTTY === true && process.env.TERM !== 'dumb' && !process.env.CI;
  const seconds = () => Math.round((Date.now() - begun) / 1000);
  let told = 0;
  const timer = setInterval(() => {
    const done = files.filter((file) => modified(file) >= begun).length;
    const line = `lethe: ${done} of ${files.length} files compiled, ${clock(seconds())}`;
    if (live) process.stdout.write(`\r\u001b[K${line}`);
    else if (seconds() - told >= pause) {
      told = seconds();
      say(line);
    }
  }, 1000);
  return {
    end(done) {
      clearInterval(timer);
      if (live) process.stdout.write('\r\u001b[K');
      say(`lethe: ${done ? 'native kernels built in' : 'stopped after'} ${clock(seconds())}`);
    },
  };
}

/** `about 2 minutes`; the three large files of x64 bound what more than three cores can do. */
export function usualTime(cores, architecture = process.arch) {
  const work = usualWork[architecture] ?? usualWork.arm64;
  const minutes = work / 60 / Math.min(cores, work === usualWork.x64 ? 3 : 1);
  if (minutes < 0.8) return 'less than a minute';
  return minutes < 1.5 ? 'about a minute' : `about ${Math.round(minutes)} minutes`;
}

// --- internal ---

/** Objects that are missing, or older than what they were made from. */
function staleObjects(folder) {
  return objectsOf(folder).filter((object) => {
    const made = modified(object);
    return made === 0 || madeFrom(folder, object).some((source) => modified(source) > made);
  });
}

/** The sources of an object, as the compiler noted them when it made it. */
function madeFrom(folder, object) {
  const build = join(folder, 'build');
  const list = join(build, 'Release', '.deps', `${relative(build, object)}.d`);
  if (modified(list) === 0) return [];
  const words = readFileSync(list, 'utf8').split(/\s+/);
  return words.filter((word) => word.startsWith('../src/')).map((word) => join(build, word));
}

/** Every object file that the makefiles name. */
function objectsOf(folder) {
  const build = join(folder, 'build');
  const makefiles = readdirSync(build).filter((name) => name.endsWith('.target.mk'));
  return makefiles.flatMap((name) => {
    const target = name.replace(/\.target\.mk$/, '');
    const text = readFileSync(join(build, name), 'utf8');
    return [...text.matchAll(/\$\(obj\)\.target\/\$\(TARGET\)\/(\S+\.o)\b/g)].map(([, object]) =>
      join(build, 'Release', 'obj.target', target, object),
    );
  });
}

function modified(file) {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

function openTerminal() {
  try {
    return openSync('/dev/tty', 'w');
  } catch {
    return undefined;
  }
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
