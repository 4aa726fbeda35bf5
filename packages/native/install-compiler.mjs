// Which C++ compiler builds the kernels: the one that CXX names, else the first that is on the path. `make` knows
// g++ alone.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** The compiler and what the build must be told of it. `name` is undefined when there is none. */
export function compilerOf(environment) {
  const wanted = environment.CXX;
  const name = wanted || ['g++', 'clang++', 'c++'].find((candidate) => isOnPath(candidate, environment));
  const unsaid = !wanted && name !== undefined && name !== 'g++';
  return { name, version: name && versionOf(name), environment: unsaid ? { CXX: name } : {} };
}

/** Whether there is such a program. */
export function isOnPath(program, environment = process.env) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  return (environment.PATH ?? '').split(path.delimiter).some((folder) =>
    endings.some((ending) => {
      try {
        accessSync(path.join(folder || '.', program + ending), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }),
  );
}

/** `g++ (Debian 12.2.0-14) 12.2.0`: the first line of --version; undefined when it does not run. */
function versionOf(compiler) {
  try {
    const [command, ...args] = compiler.split(' ');
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync(command, [...args, '--version'], options)
      .split('\n')[0]
      .trim();
  } catch {
    return undefined;
  }
}
