// Builds the native kernels where a compiler is found. Always exits 0: without the kernels the
// portable engine runs, and says so once when it is loaded.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

function build() {
  if (process.env.LETHE_SKIP_NATIVE) return 'skipped: LETHE_SKIP_NATIVE is set';
  let gyp;
  try {
    gyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  } catch {
    return 'skipped: node-gyp is not installed';
  }
  // Headers that came with this Node spare a download.
  const prefix = join(dirname(process.execPath), '..');
  const local = existsSync(join(prefix, 'include', 'node', 'node_api.h')) && !process.env.npm_config_nodedir;
  // `build` reuses what is up to date; `configure` is cheap.
  const args = [gyp, 'configure', 'build', '--jobs', '2', ...(local ? [`--nodedir=${prefix}`] : [])];
  const run = spawnSync(process.execPath, args, {
    cwd: here,
    encoding: 'utf8',
    env: { ...process.env, npm_config_loglevel: 'error' },
  });
  if (run.status === 0) return null;
  const why = `${run.stdout ?? ''}\n${run.stderr ?? ''}`.trim().split('\n').slice(-12).join('\n');
  return `failed, the portable engine will be used:\n${why}`;
}

const problem = build();
console.log(problem ? `@lethe/native: build ${problem}` : `@lethe/native: built in ${join(here, 'build')}`);
