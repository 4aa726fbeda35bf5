/**
 * `npm run mutate -- ROOM [FILE…]`: StrykerJS changes one thing at a time in the code of a room, or of the files named, and counts
 * which changes no test notices. See docs/mutation.md.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rooms } from './rooms.mjs';

const [name, ...files] = process.argv.slice(2);
if (!Object.hasOwn(rooms, name ?? '')) {
  console.error(`mutate: expected one of ${Object.keys(rooms).join(', ')}, found ${name ?? 'nothing'}`);
  process.exit(2);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const shared = path.resolve(root, '../shared');
const stryker = createRequire(import.meta.url).resolve('@stryker-mutator/core/package.json');
const { without = [] } = rooms[name];
const code = files.length > 0 ? files : rooms[name].code.map((folder) => `${folder}/**/*.ts`);
const { status } = spawnSync(
  process.execPath,
  [
    path.join(path.dirname(stryker), 'bin/stryker.js'),
    'run',
    'mutation/stryker.config.mjs',
    '--mutate',
    [...code, ...without.map((file) => `!${file}`), '!**/*.test.ts', '!**/*.suite.ts'].join(','),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      // The tests run in copies of the repository, from where the data is elsewhere.
      LETHE_DATA: path.join(shared, 'data'),
      LETHE_GOLDEN: path.join(shared, 'golden'),
      LETHE_ENGINE: 'portable',
      ...process.env,
      LETHE_ROOM: name,
    },
  },
);
process.exit(status ?? 1);
