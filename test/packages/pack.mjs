// Packs every package that is published: `node test/packages/pack.mjs FOLDER`. Native kernels for what this machine can build go along.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const packages = ['native', 'wasm', 'lethe', 'dashboard', 'lab'];

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Packs them into `folder`; gives the tarballs by the names of the packages. */
export function packAll(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return Object.fromEntries(
    packages.map((name) => {
      const said = execFileSync(
        'npm',
        ['pack', '--json', '--pack-destination', folder, path.join(root, 'packages', name)],
        {
          ...{ cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
        },
      );
      // Scripts before may have spoken.
      const [{ name: full, filename, size, entryCount, files }] = JSON.parse(said.slice(said.search(/^\[/m)));
      const without = orphansOf(files.map(({ path }) => path));
      if (without.length > 0) {
        throw new Error(
          `${full}: expected a source of every module, found none of ${without[0]} (${without.length} in all); remove packages/${name}/dist and build anew`,
        );
      }
      console.log(`${full}: ${filename}, ${(size / 1e6).toFixed(2)} MB, ${entryCount} files`);
      return [full, path.join(folder, filename)];
    }),
  );
}

/** Modules whose source is not in the package: those of a source that is no more stay in dist/, and whatever is bundled has no source there. */
export function orphansOf(files) {
  const sources = new Set(files.filter((file) => file.startsWith('src/')));
  return files.filter((file) => {
    const source = /^dist\/(?!page\/|chunks\/)(.*)\.(?:js|d\.ts)$/.exec(file)?.[1];
    return source !== undefined && !sources.has(`src/${source}.ts`) && !sources.has(`src/${source}.tsx`);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) packAll(path.resolve(process.argv[2] ?? 'packed'));
