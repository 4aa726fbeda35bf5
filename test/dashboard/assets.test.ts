/** What the page of the dashboard is made of: its size, and whom it asks. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '../../packages/dashboard/build.mjs');
const assets = mkdtempSync(join(tmpdir(), 'lethe-dashboard-assets-'));
// What the servers of other tests give is built once, before all of them.
beforeAll(() => {
  const built = spawnSync(process.execPath, [program, assets], { encoding: 'utf8' });
  expect(built.stderr).toBe('');
});
afterAll(() => rmSync(assets, { recursive: true, force: true }));

describe('the page', () => {
  const scripts = (): string[] => readdirSync(assets).filter((name) => name.endsWith('.js'));

  it('has at most 120 KB of scripts, packed by gzip, those included that come with the methods alone', () => {
    const sizes = scripts().map((name) => gzipSync(readFileSync(join(assets, name))).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(120_000);
  });

  it('asks nothing of any other place', () => {
    for (const file of [...scripts(), 'page.css', 'index.html']) {
      const addresses =
        readFileSync(join(assets, file), 'utf8').match(/(?:https?:)?\/\/[\w-]+\.[\w.-]+[^\s"'`)]*/g) ?? [];
      // names of vocabularies, which nobody asks
      expect(
        addresses.filter((one) => !one.includes('www.w3.org/')),
        file,
      ).toEqual([]);
    }
  });
});
