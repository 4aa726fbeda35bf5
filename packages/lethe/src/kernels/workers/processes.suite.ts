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

/**
 * CommonJS that loads the addon named by an expression, its kernels taking their fields as an object, then threads: they are handed over in
 * a row, an object before its parts, as values.ts does it.
 */
export function loadAddon(file: string): string {
  return `((addon) => {
    const parts = { mask: ['data', 'gate', 'time', 'batch'], noise: ['mean', 'square', 'variance'] };
    const inRow = (fields, p) => fields.filter(({ kind }) => kind !== 'constant')
      .flatMap(({ name, kind }) => [p[name], ...(parts[kind] ?? []).map((part) => p[name]?.[part])]);
    const kernels = JSON.parse(addon.describe()).map(({ name, fields }) =>
      [name, (p, threads) => addon[name](threads, false, undefined, ...inRow(fields, p))]);
    return { ...addon, ...Object.fromEntries(kernels) };
  })(require(${file}))`;
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
