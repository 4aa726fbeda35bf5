/** The page of a study, and the pages of runs and studies that are not there any more. */
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { epoch, lines, makeRun } from '../../packages/dashboard/src/server/testing.suite.ts';
import { describeDashboard, makeSearch } from './served.mts';

describeDashboard('the page of a study', ({ folder, openPage, serve, wrong }) => {
  it('knows of a search whether more or less is better', { timeout: 120_000 }, async () => {
    const runs = join(folder, 'better');
    makeSearch(join(runs, 'less'));
    makeSearch(join(runs, 'more'), 'bleu');
    const { url } = await serve(runs, '--port', '0');
    const page = await openPage(new URL('?page=studies', url).href);
    // the least is 9 of trial 1, the most 9 + 5 · .08 of trial 6
    for (const [study, best] of [
      ['less', '1'],
      ['more', '6'],
    ]) {
      await page.getByRole('link', { name: 'Studies' }).click();
      await page.getByRole('link', { name: `(${study})` }).click();
      await expect.poll(() => page.locator('table.runs tbody th').first().textContent()).toBe(best);
      const stairs = (await page.locator('.plot path').first().getAttribute('d'))!;
      const heights = stairs.match(/(?<= )[\d.]+/g)!.map(Number);
      // the first is the least, so that only what is larger goes up from there, to a smaller place in the picture
      expect(Math.sign(heights[0] - heights.at(-1)!)).toBe(study === 'more' ? 1 : 0);
    }
    await expect
      .poll(() => page.locator('.legend li').allTextContents())
      .toEqual([' trials', ' best so far']);
  });

  it('reads a study that goes on at most every five seconds, and then shows what it has become', {
    timeout: 120_000,
  }, async () => {
    const runs = join(folder, 'growing');
    makeSearch(join(runs, 'growing'));
    const { url } = await serve(runs, '--port', '0');
    const page = await openPage(new URL('?page=studies', url).href);
    const asked: number[] = [];
    page.on('request', (request) => {
      if (/\/api\/studies\/\w+$/.test(request.url())) asked.push(performance.now());
    });
    await page.getByRole('link', { name: '(growing)' }).click();
    const trials = page.locator('table.runs tbody tr');
    await trials.first().waitFor();
    const before = await trials.count();
    const more = 8;
    for (let n = 1; n <= more; n++) {
      const trial = { event: 'trial', number: before + n, parameters: { 'model.hidden': 10 } };
      appendFileSync(join(runs, 'growing/journal.jsonl'), lines([trial]));
      await page.waitForTimeout(500);
    }
    await expect.poll(() => trials.count(), { timeout: 30_000 }).toBe(before + more);
    expect(asked.length).toBeGreaterThan(1);
    // A second for what is told late of the first.
    for (const [i, at] of asked.slice(1).entries()) expect(at - asked[i]).toBeGreaterThan(4000);
  });

  it('says of what is gone, or never was, that it is not there, and has no errors for it', {
    timeout: 120_000,
  }, async () => {
    const runs = join(folder, 'going');
    const directory = makeRun(runs, 'going', [epoch(1, 3, 4)]);
    makeRun(runs, 'bare', [epoch(1, 3, 4)]);
    rmSync(join(runs, 'bare', 'config.json'));
    makeSearch(join(runs, 'search'));
    const { url } = await serve(runs, '--port', '0');
    const page = await openPage(url);
    page.on('console', (message) => {
      if (message.type() === 'error') wrong.push(message.text());
    });
    await page.getByText('1 left out').click();
    await page.getByText('bare: a history, metrics.jsonl, without the config.json of its run').waitFor();
    await page.getByRole('link', { name: 'Studies' }).click();
    await page.getByRole('link', { name: '(search)' }).click();
    await page.getByRole('heading', { name: 'Importance' }).waitFor();
    rmSync(join(runs, 'search'), { recursive: true });
    await page.getByText('There is no such study any more.').waitFor({ timeout: 30_000 });
    await page.getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('link', { name: 'going' }).click();
    await page.getByRole('heading', { name: 'Curves' }).waitFor();
    rmSync(directory, { recursive: true });
    await page.getByText('There is no such run any more.').waitFor({ timeout: 30_000 });
    for (const [place, words] of [
      ['?page=run&id=../../etc', 'There is no such run any more.'],
      ['?page=study&id=0', 'There is no such study any more.'],
      ['?page=studies', 'There is no study here yet'],
      ['?page=diff&sel=a,,b', 'None of the runs to compare is here.'],
    ]) {
      await page.goto(new URL(place, url).href);
      await page.getByText(words).waitFor();
    }
  });
});
