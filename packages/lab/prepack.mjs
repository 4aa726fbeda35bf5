// Puts what lies elsewhere into the package that is published: recipes and corpus of the repository, and of the fonts' package, which has 12 MB,
// the two faces that pictures are drawn with.
import { cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

for (const folder of ['recipes', 'corpus'])
  cpSync(here(`../../${folder}`), here(folder), { recursive: true });
mkdirSync(here('fonts'), { recursive: true });
const { resolve } = createRequire(import.meta.url);
for (const file of ['ttf/DejaVuSans.ttf', 'ttf/DejaVuSans-Bold.ttf', 'LICENSE']) {
  cpSync(resolve(`dejavu-fonts-ttf/${file}`), here(`fonts/${file.replace('ttf/', '')}`));
}
