// Loads the kernels, or says why not: those that were built here from source, else those that came with the package. Node-API
// version 8 is compared before loading, because an addon of a newer version than the runtime's can take the process down without a word.
'use strict';
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

exports.load = function load() {
  if (Number(process.versions.napi ?? 0) < 8) {
    return { kernels: null, reason: `Node-API 8 is needed, this runtime has ${process.versions.napi}` };
  }
  // LETHE_NATIVE: another build, such as that of sanitize.mjs
  const built = join(__dirname, 'build', 'Release', 'lethe.node');
  const prebuilt = join(__dirname, 'prebuilds', platform(), 'lethe.node');
  const file = process.env.LETHE_NATIVE || [built, prebuilt].find((one) => existsSync(one));
  if (file === undefined) return { kernels: null, reason: missing() };
  try {
    return { kernels: require(file), reason: null };
  } catch (error) {
    return { kernels: null, reason: error.message };
  }
};

exports.platform = platform;

/** Of the folder in prebuilds/: kernels for musl are others than those for glibc. */
function platform() {
  const name = `${process.platform}-${process.arch}`;
  return process.platform === 'linux' && !isGlibc() ? `${name}-musl` : name;
}

function isGlibc() {
  if (process.report === undefined) return true;
  // Without it a report asks for the names of all connections.
  const before = process.report.excludeNetwork;
  process.report.excludeNetwork = true;
  const { header } = process.report.getReport();
  process.report.excludeNetwork = before;
  return header.glibcVersionRuntime !== undefined;
}

/** What install.mjs found in the way, or that nobody built kernels for this platform. */
function missing() {
  try {
    return `they are not built: ${readFileSync(join(__dirname, 'build', 'problem.txt'), 'utf8').trim()}`;
  } catch {
    return `none came along for ${platform()}; \`npx lethe-build-native\` builds them where a C++ compiler is`;
  }
}
