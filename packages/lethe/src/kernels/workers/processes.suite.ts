/** Scripts in processes of their own, for tests that count threads and memory or refuse them. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

export const isLinux = process.platform === 'linux';

/** The compiled addon. */
export function addonFile(): string {
  const own = join(dirname(require.resolve('@lethe/native')), 'build', 'Release', 'lethe.node');
  return process.env.LETHE_NATIVE || own;
}

/** Runs CommonJS code, behind `before` if given, and returns what it prints, JSON, last. Rejects when it does not end with 0. */
export function runScript(code: string, before: readonly string[] = []): Promise<unknown> {
  const [command, ...args] = [...before, process.execPath, '-e', code];
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: 110_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.code ?? error.signal}: ${stderr.slice(-2000)}`));
      else resolve(JSON.parse(stdout.trim().split('\n').at(-1)!));
    });
  });
}
