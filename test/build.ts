/** Before the tests: what their child processes run is built from the sources as they are now (half a second where nothing changed). */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export default function build(): void {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { status } = spawnSync(process.execPath, [compiler, '--build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0)
    throw new Error('the tests start programs, which could not be built: see the errors above');
}
