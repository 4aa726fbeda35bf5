// The file that node-gyp builds by. It is written where kernels are built and does not come along in the package: pnpm and Yarn
// take a package with a binding.gyp for one to compile at install, whatever its `gypfile` says.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const content = "{ 'includes': ['kernels.gypi'] }\n";

/** Writes it into the folder of kernels.gypi; Makefiles that are newer stay so where nothing changes. */
export function writeGyp(folder) {
  const file = join(folder, 'binding.gyp');
  if (!existsSync(file) || readFileSync(file, 'utf8') !== content) writeFileSync(file, content);
}
