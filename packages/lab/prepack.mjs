// Puts what lies at the root of the repository into the package that is published: recipes and corpus.
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

for (const folder of ['recipes', 'corpus']) {
  cpSync(new URL(`../../${folder}`, import.meta.url), fileURLToPath(new URL(folder, import.meta.url)), {
    recursive: true,
  });
}
