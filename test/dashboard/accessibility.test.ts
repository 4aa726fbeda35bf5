/** Every page of the dashboard under the rules of axe. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { epoch, makeRun } from '../../packages/dashboard/src/server/testing.suite.ts';
import { describeDashboard, makeSearch } from './served.mts';

describeDashboard('every page', ({ folder, openPage, serve }) => {
  it.each(['light', 'dark'] as const)(
    'has no serious finding of axe, %s',
    { timeout: 240_000 },
    async (colorScheme) => {
      const runs = join(folder, `axe-${colorScheme}`);
      makeRun(runs, 'one', [epoch(1, 3, 4, true), epoch(2, 2, 3, true)]);
      makeRun(runs, 'two', [epoch(1, 3, null, true)], ['seed=2']);
      makeSearch(join(runs, 'search'));
      const { url } = await serve(runs, '--port', '0');
      const page = await openPage(url, { colorScheme, bypassCSP: true });
      const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
      const { runs: rows, studies } = (await (await fetch(new URL('/api/runs', url))).json()) as {
        runs: { id: string }[];
        studies: { id: string }[];
      };
      const ids = rows.map(({ id }) => id);
      const places = [
        '?',
        '?group=seed',
        `?page=run&id=${ids[0]}`,
        `?page=diff&sel=${ids}`,
        '?page=start&target=music%2Ffolk',
        '?page=studies',
        `?page=study&id=${studies[0].id}`,
        '?page=methods',
        '?page=methods&method=fast&cell=gru&activation=sigmoid',
      ];
      for (const place of places) {
        await page.goto(new URL(place, url).href);
        await page.locator('main').waitFor();
        await page.waitForTimeout(600);
        await page.addScriptTag({ path: axe });
        const found = await page.evaluate(async () => {
          const { violations } = await (
            globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
          ).axe.run();
          return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
          interface Violation {
            id: string;
            impact: string;
            nodes: { html: string }[];
          }
        });
        expect(
          found.map(({ id, nodes }) => `${id}: ${nodes[0].html}`),
          place,
        ).toEqual([]);
      }
    },
  );
});
