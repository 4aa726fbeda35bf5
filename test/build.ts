/** Before the tests: what their child processes run, and the page that the dashboard serves, are built from the sources as they are now. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export default function build(): void {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const root = fileURLToPath(new URL('..', import.meta.url));
  // Half a second where nothing changed, and two fifths of one.
  for (const command of [
    [compiler, '--build'],
    ['packages/lethe/build.mjs'],
    ['packages/lab/build.mjs'],
    ['packages/dashboard/build.mjs'],
  ]) {
    const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
    if (status !== 0)
      throw new Error('the tests start programs, which could not be built: see the errors above');
  }
}
