/** The runs of the dashboard: found, chosen, grouped and drawn together, however many there are. */
import { appendFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { epoch, lines, makeRun } from '../../packages/dashboard/src/server/testing.suite.ts';
import type { RunList } from '../../packages/dashboard/src/shared/api.ts';
import { describeDashboard, makeSearch } from './served.mts';

describeDashboard('the page of all runs', ({ folder, openPage, serve }) => {
  it('shows runs, filters, sorts and groups them, and finds its view again by the address', {
    timeout: 120_000,
  }, async () => {
    const runs = join(folder, 'shown');
    for (const seed of [1, 2]) {
      for (const [method, loss] of [
        ['none', 5],
        ['standard:output=.5', 3],
      ] as const) {
        const events = [1, 2, 3].map((n) => epoch(n, 10 / n + seed, 10 / n + loss + seed, n === 3));
        makeRun(runs, `${method.split(':')[0]}-${seed}`, events, [`seed=${seed}`, `model.dropout=${method}`]);
      }
    }
    const { url } = await serve(runs, '--port', '0');
    let page = await openPage(url);
    expect(page.url()).not.toContain('token');
    const names = () => page.locator('table.runs tbody th').allTextContents();
    await expect.poll(names).toHaveLength(4);
    await page.getByRole('button', { name: /^valid NLL per time step \(nats\)/ }).click();
    // 10/3 + 3 + 1, + 2, 10/3 + 5 + 1, + 2
    await expect.poll(names).toEqual(['standard-1', 'standard-2', 'none-1', 'none-2']);
    // Columns are chosen with the keyboard alone: Escape closes what Enter opened, and gives the focus back.
    const menu = page.locator('.menu');
    await menu.locator('summary').focus();
    await page.keyboard.press('Enter');
    await menu.getByLabel('path', { exact: true }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'path', exact: true }).waitFor();
    await page.keyboard.press('Escape');
    expect(await menu.getAttribute('open')).toBeNull();
    expect(await menu.locator('summary:focus').count()).toBe(1);
    await page.getByLabel('Filter').fill('model.dropout=none seed>1');
    await expect.poll(names).toEqual(['none-2']);
    await page.getByLabel('Filter').fill('/^stand.*1$/');
    await expect.poll(names).toEqual(['standard-1']);
    await page.getByLabel('Filter').fill('');
    await page.getByLabel('Group by').selectOption('seed');
    await expect.poll(names).toHaveLength(2);
    const row = page.locator('table.runs tbody tr').first();
    // the mean of 7.3333 and 8.3333, and their deviation
    await expect.poll(() => row.textContent()).toContain('7.83 ± 0.71');
    await expect.poll(() => page.locator('.plot path').count()).toBe(4);
    const address = page.url();
    page = await openPage(address);
    await expect.poll(names).toHaveLength(2);
    expect(await page.getByLabel('Group by').inputValue()).toBe('seed');
  });

  it('puts any number of runs together, and says where there are too many groups', {
    timeout: 120_000,
  }, async () => {
    const runs = join(folder, 'many');
    for (const [i, seed] of [1, 2].entries())
      makeRun(runs, `run-${seed}`, [epoch(1, 3, 4 + i)], [`seed=${seed}`]);
    makeRun(join(runs, 'other'), 'run-1', [epoch(1, 3, null)], ['seed=3']);
    const { url } = await serve(runs, '--port', '0');
    const known = ((await (await fetch(new URL('/api/runs', url))).json()) as RunList).runs;
    // 19 bytes each, beyond the 16 KB that Node.js takes for the first lines of a request
    const ids = [
      ...known.map(({ id }) => id),
      ...Array.from({ length: 2000 }, (_, i) => `${i}`.padStart(16, '0')),
    ];
    const query = new URLSearchParams({ groups: ids.join(','), y: 'train.nll_per_step' });
    const answer = await fetch(new URL(`/api/groups?${query}`, url));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject([{ x: [1], mean: [3], runs: 3 }]);
    const groups = ids.slice(0, 501).join(';');
    const refused = await fetch(new URL(`/api/groups?${new URLSearchParams({ groups, y: 'a' })}`, url));
    expect(await refused.json()).toEqual({
      error: 'groups: a chart has room for 500 groups; filter the runs, or group them by another setting',
    });
    const page = await openPage(`${url.replace('#', '?group=seed#')}`);
    // 4 and 5 with n - 1: the root of 1/2; the third is not finite
    await page.getByRole('cell', { name: '4.50 ± 0.71 (2 of 3)' }).first().waitFor();
    await page.getByLabel('Group by').selectOption('');
    await expect
      .poll(async () => (await page.locator('table.runs tbody th').allTextContents()).sort())
      .toEqual(['other/run-1', 'run-1', 'run-2']);
  });

  it('takes nothing that was said of one run over to the page of another', { timeout: 120_000 }, async () => {
    const runs = join(folder, 'others');
    for (const name of ['one', 'other']) makeRun(runs, name, [epoch(1, 3, 4)]);
    const { url } = await serve(runs, '--port', '0');
    const page = await openPage(url);
    for (const name of ['one', 'other']) {
      await page.getByRole('link', { name: 'Runs' }).click();
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { name, exact: true }).waitFor();
    }
    await page.getByRole('button', { name: 'Copy resume command' }).click();
    const said = page.locator('main .bar [role=status]');
    await expect.poll(() => said.textContent()).not.toBe('');
    await page.evaluate('history.go(-2)');
    await page.getByRole('heading', { name: 'one', exact: true }).waitFor();
    expect(await said.textContent()).toBe('');
  });

  it('names in a legend the curves that are drawn, says how many runs have none, and gives validation its colour where it is alone', {
    timeout: 120_000,
  }, async () => {
    const runs = join(folder, 'named');
    const scored = makeRun(
      runs,
      'scored',
      [1, 2].map((n) => ({
        ...epoch(n, 3 / n, 4 / n, n === 2),
        valid: { nll_per_step: 4 / n, bleu: 10 * n },
      })),
    );
    makeRun(runs, 'plain', [epoch(1, 3, 4), epoch(2, 2, 3, true)]);
    const { url } = await serve(runs, '--port', '0');
    const page = await openPage(new URL('?y=valid.bleu', url).href);
    const legend = () => page.locator('.legend li').allTextContents();
    await expect.poll(legend).toEqual([` ${basename(scored)}`]);
    await page.getByText('1 of 2 runs have no curve of valid BLEU, tokenised.').waitFor();
    await page.getByRole('link', { name: 'scored' }).click();
    const panel = page.locator('.gallery > div').filter({ hasText: 'BLEU, tokenised' });
    await expect.poll(() => panel.locator('.legend li').allTextContents()).toEqual([' valid']);
    // the second of the colours, which validation has beside training
    expect(await panel.locator('.plot path').getAttribute('stroke')).toBe('var(--series-1)');
  });

  it('draws nothing while it is out of sight, and all that it missed when it is seen again', {
    timeout: 120_000,
  }, async () => {
    const runs = join(folder, 'hidden');
    const first = makeRun(runs, 'first', [epoch(1, 3, 4), epoch(2, 2, 3)]);
    const { url } = await serve(runs, '--port', '0');
    const page = await openPage(url);
    const names = () => page.locator('table.runs tbody th').allTextContents();
    const curve = () => page.locator('.plot path').first().getAttribute('d');
    await expect.poll(names).toEqual(['first']);
    await expect.poll(() => page.locator('.plot path').count()).toBe(1);
    const before = await curve();
    // A headless browser has no page out of sight: this one is told that it is.
    const see = (isSeen: boolean) =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { get: () => ${!isSeen}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));`);
    await see(false);
    makeRun(runs, 'second', [epoch(1, 5, 6)]);
    makeSearch(join(runs, 'search'));
    appendFileSync(join(first, 'metrics.jsonl'), lines([epoch(3, 1, 2)]));
    const known = async () => {
      const answer = await fetch(new URL('/api/runs', url));
      const { runs, studies } = (await answer.json()) as RunList;
      return [runs.map(({ name, epoch }) => `${name} ${epoch}`).sort(), studies.length];
    };
    await expect.poll(known, { timeout: 30_000 }).toEqual([['first 3', 'second 1'], 1]);
    // longer than the second after which a page in sight has drawn whatever came
    await page.waitForTimeout(2500);
    expect(await names()).toEqual(['first']);
    expect(await curve()).toBe(before);
    expect(await page.getByRole('link', { name: 'Studies' }).count()).toBe(0);
    await see(true);
    await expect.poll(async () => (await names()).sort()).toEqual(['first', 'second']);
    await page.getByRole('link', { name: 'Studies' }).waitFor();
    await expect.poll(() => page.locator('.plot path').last().getAttribute('d')).not.toBe(before);
  });
});
