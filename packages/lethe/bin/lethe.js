#!/usr/bin/env node
// The command `lethe` of who has the library alone: that of @lethe/lab where it is installed, and else `doctor`, which says what computes here.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const argv = process.argv.slice(2);
const command = await commandOfLab();
if (command) process.exitCode = await command.main(argv);
else if (argv.length === 1 && argv[0] === 'doctor') await doctor();
else {
  process.stderr.write(
    'lethe: the package lethe is the library, whose command knows `doctor` alone; npm install @lethe/lab brings the others.\n',
  );
  process.exitCode = 2;
}

/** Beside this package, or where the command was called. */
async function commandOfLab() {
  for (const from of [import.meta.url, pathToFileURL(path.join(process.cwd(), 'package.json'))]) {
    let file;
    try {
      file = createRequire(from).resolve('@lethe/lab/command');
    } catch {
      continue;
    }
    return import(pathToFileURL(file).href);
  }
  return undefined;
}

async function doctor() {
  const { engineInUse, nativeProblem, wasmProblem } = await import('../dist/engine.js');
  const { engine, isa, threads } = engineInUse();
  const native = nativeProblem();
  const wasm = wasmProblem();
  const lines = [
    `engine           ${engine}`,
    `instruction set  ${isa}`,
    `threads          ${threads}`,
    `native kernels   ${native === null ? 'load' : `do not load: ${native}`}`,
    `WebAssembly      ${wasm === null ? 'runs' : `does not run: ${wasm}`}`,
    `node             ${process.version}, ${process.platform}-${process.arch}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
