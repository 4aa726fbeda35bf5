// Checks the layout of the C++ sources by clang-format 19 and .clang-format, or lays them out: node packages/native/format.mjs [--write].
// Versions lay out differently: without that one it says so and passes, and CI, which has it, decides.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folders = [join(here, 'src'), join(here, '..', 'wasm', 'src')];
const isRight = (name) =>
  / version 19\./.test(spawnSync(name, ['--version'], { encoding: 'utf8' }).stdout ?? '');
const command = ['clang-format-19', 'clang-format'].find(isRight);
if (command === undefined) {
  console.log('format: the layout of the C++ sources is not checked, because there is no clang-format 19');
} else {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .filter((name) => /\.(h|cc)$/.test(name))
      .map((name) => join(folder, name)),
  );
  const mode = process.argv.includes('--write') ? ['-i'] : ['--dry-run', '--Werror'];
  const { status } = spawnSync(command, [...mode, ...files], {
    stdio: 'inherit',
  });
  if (status !== 0) console.error('format: node packages/native/format.mjs --write lays the C++ sources out');
  process.exitCode = status ?? 1;
}
