/** Imports run down the rooms of the library, and none runs in a circle, types included. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** From the lowest to the highest; a file may import those of its own room and of rooms before it. ARCHITECTURE.md says what is in them. */
const rooms = [
  'messages',
  'tensor',
  'kernels/contract',
  'kernels/portable',
  'kernels/wasm',
  'kernels',
  'random',
  'text',
  'autograd',
  'autograd/ops',
  'linalg',
  'moments',
  'dropout',
  'nn/parameters',
  'nn/cells',
  'nn/recurrent',
  'nn/attention',
  'nn/losses',
  'nn/readout',
  'scores',
  'uncertainty',
  'data',
  'nn',
  'nn/translation',
  'optim',
  'training',
  'checkpoint',
  'entry points',
];
const entryPoints = ['index.ts', 'dropout.ts', 'moments.ts', 'engine.ts', 'wasm.ts', 'internal.ts'];

const source = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !/\.(test|suite)\.ts$/.test(file),
);
const importsOf = new Map(files.map((file) => [file, importsIn(file)]));

describe('the rooms of the library', () => {
  it('are all named here', () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual([...rooms].sort());
  });

  it('stand in ARCHITECTURE.md in this order', () => {
    const document = readFileSync(join(source, '../../../ARCHITECTURE.md'), 'utf8');
    const list = /\npackages\/lethe .*\n([\s\S]*?)\npackages\/lab/.exec(document)![1];
    const listed = [...list.matchAll(/^ {2}([a-z/]+)\/ /gm)].map(([, room]) => room);
    const named = rooms.map((room) => room.replace(/^(kernels|autograd)\/.*/, '$1'));
    expect(['messages', ...listed, 'entry points']).toEqual([...new Set(named)]);
  });

  it('import downwards', () => {
    const upward = [...importsOf].flatMap(([file, targets]) =>
      targets
        .filter((target) => rooms.indexOf(roomOf(target)) > rooms.indexOf(roomOf(file)))
        .map((target) => `${file} imports ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it('have no files that import each other in a circle', () => {
    expect(circles()).toEqual([]);
  });

  it('reach Node.js at run time and by name alone, so that the library bundles for browsers', () => {
    const named = files.filter((file) =>
      /^(import|export) (?!type )[^;]*from '(?!\.)/m.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(named).toEqual([]);
  });
});

// --- internal ---

function roomOf(file: string): string {
  if (file.includes('/')) return dirname(file);
  return entryPoints.includes(file) ? 'entry points' : 'messages';
}

function importsIn(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  const paths = [...text.matchAll(/^(?:import|export) [^;']*? from '(\.[^']+)';/gm)].map(([, path]) => path);
  return paths.map((path) => normalize(join(dirname(file), path)));
}

/** Every import that leads back to a file on the way to it. */
function circles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(' → '));
    if (done.has(file)) return;
    done.add(file);
    for (const target of importsOf.get(file) ?? []) visit(target, [...way, file]);
  };
  for (const file of files) visit(file, []);
  return found;
}
