// Puts what lies elsewhere into the package that is published: recipes and corpus of the repository, and of the fonts' package, which has 12 MB,
// the two faces that pictures are drawn with. `node prepack.mjs [FOLDER]`; with `--away` it takes them away again, because the command in a checkout
// reads its own recipes and corpus before those of the repository.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const own = fileURLToPath(new URL('.', import.meta.url));
const { values, positionals } = parseArgs({
  options: { away: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const folder = path.resolve(positionals[0] ?? own);

// What is no longer in the repository goes, too.
for (const name of ['recipes', 'corpus', 'fonts']) {
  rmSync(path.join(folder, name), { recursive: true, force: true });
}
if (!values.away) {
  for (const name of ['recipes', 'corpus']) {
    // Programs that make tables of the corpus read the sources of the repository.
    const filter = (file) => !file.endsWith('.mts');
    cpSync(path.join(own, '../..', name), path.join(folder, name), { recursive: true, filter });
  }
  mkdirSync(path.join(folder, 'fonts'), { recursive: true });
  const { resolve } = createRequire(import.meta.url);
  for (const file of ['ttf/DejaVuSans.ttf', 'ttf/DejaVuSans-Bold.ttf', 'LICENSE']) {
    cpSync(resolve(`dejavu-fonts-ttf/${file}`), path.join(folder, 'fonts', path.basename(file)));
  }
}
