import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, above its sources as above the files that are bundled from them. */
export const packageRoot = rootAbove(dirname(fileURLToPath(import.meta.url)));

// --- internal ---

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}
