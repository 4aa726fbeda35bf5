/** Faults that are planted by name stay where the code is: what cannot be planted any more would test nothing. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const at = (path: string) => new URL(`../${path}`, import.meta.url);
type Fault = readonly [name: string, file: string, found: string, instead: string];
const { mutants }: { mutants: readonly Fault[] } = await import(at('packages/native/faults.mjs').href);
const { units }: { units: readonly string[] } = await import(at('packages/native/units.mjs').href);
const { rooms }: { rooms: Record<string, Record<string, string[]>> } = await import(
  at('mutation/rooms.mjs').href
);

describe('faults for the native kernels', () => {
  it.each(mutants)('"%s" can be planted in %s', (_, file, found, instead) => {
    expect(readFileSync(at(`packages/native/src/${file}`), 'utf8')).toContain(found);
    expect(instead).not.toBe(found);
  });

  it('are built with every source that there is', () => {
    const sources = readdirSync(at('packages/native/src')).filter((name) => name.endsWith('.cc'));
    expect(units.map((name) => `${name}.cc`).sort()).toEqual(sources.sort());
  });

  it('have names of their own', () => {
    expect(new Set(mutants.map(([name]) => name)).size).toBe(mutants.length);
  });
});

it('rooms whose code is changed on purpose name files that there are', () => {
  const named = Object.values(rooms).flatMap((room) => Object.values(room).flat());
  expect(named.filter((file) => !existsSync(at(file)))).toEqual([]);
});
