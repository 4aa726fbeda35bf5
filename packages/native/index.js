// Loads the built kernels, or says why not. Node-API version 8 is compared before loading, because an
// addon of a newer version than the runtime's can take the process down without a word.
'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

exports.load = function load() {
  if (Number(process.versions.napi ?? 0) < 8) {
    return { kernels: null, reason: `Node-API 8 is needed, this runtime has ${process.versions.napi}` };
  }
  try {
    // LETHE_NATIVE: another build, such as that of sanitize.mjs
    return { kernels: require(process.env.LETHE_NATIVE || './build/Release/lethe.node'), reason: null };
  } catch (error) {
    const missing = error.code === 'MODULE_NOT_FOUND';
    return {
      kernels: null,
      reason: missing ? `they are not built: ${problem()}` : error.message,
    };
  }
};

// What install.mjs found in the way.
function problem() {
  try {
    return readFileSync(join(__dirname, 'build', 'problem.txt'), 'utf8').trim();
  } catch {
    return 'the script of @lethe/native was not run at install';
  }
}
