/**
 * Takes the screenshots of docs/dashboard.md anew, of the runs and studies below DIR, with a Chromium of the system:
 *
 *   node --import tsx --conditions lethe-source docs/screens.mts --from DIR --run NAME --study NAME
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RunList } from '../packages/dashboard/src/shared/api.ts';
import { launch } from '../test/chromium.mts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { from: { type: 'string' }, run: { type: 'string' }, study: { type: 'string' } },
});
const { from, run, study } = values;
if (!from || !run || !study) throw new Error('--from DIR, --run NAME and --study NAME are needed');

const child = spawn(
  process.execPath,
  [join(root, 'packages/lab/bin/lethe.js'), 'ui', from, '--port', '0', '--json'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  const url = await new Promise<string>((done) => {
    child.stdout.once('data', (piece) => done((JSON.parse(String(piece)) as { url: string }).url));
  });
  const { runs, studies } = (await (await fetch(new URL('/api/runs', url))).json()) as RunList;
  const idOf = (all: readonly { id: string; path: string }[], name: string): string => {
    const found = all.find(({ path }) => path.split('/').at(-1) === name);
    if (!found) throw new Error(`nothing in ${from} is called ${name}`);
    return found.id;
  };
  const pages = [
    { file: 'runs', place: '?q=/^[a-z-]*$/', colorScheme: 'light', width: 1100, height: 800 },
    { file: 'run', place: `?page=run&id=${idOf(runs, run)}`, colorScheme: 'dark', width: 1100, height: 800 },
    {
      file: 'study',
      place: `?page=study&id=${idOf(studies, study)}`,
      colorScheme: 'light',
      width: 1100,
      height: 800,
    },
    {
      file: 'phone',
      place: `?page=run&id=${idOf(runs, run)}`,
      colorScheme: 'light',
      width: 390,
      height: 800,
    },
  ] as const;
  const browser = await launch();
  const out = join(root, 'docs/figures/dashboard');
  mkdirSync(out, { recursive: true });
  for (const { file, place, colorScheme, width, height } of pages) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    await page.goto(url);
    await page.goto(new URL(place, url).href);
    await page.locator('.plot path').first().waitFor();
    await page.waitForTimeout(800);
    await page.screenshot({ path: join(out, `${file}.png`) });
    await page.close();
  }
  await browser.close();
} finally {
  child.kill('SIGINT');
}
