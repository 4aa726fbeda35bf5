/** The page of a run: what it makes, what it says of its model, and what it must not do with what files hold. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { epoch, makeRun } from '../../packages/dashboard/src/server/testing.suite.ts';
import { describeDashboard, trained } from './served.mts';

describeDashboard('the page of a run', ({ folder, openPage, serve }) => {
  it('shows what hostile runs hold as text, and compares the settings of ticked runs', {
    timeout: 120_000,
  }, async () => {
    const runs = join(folder, 'hostile');
    const script = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
    const name = script.replaceAll('/', '');
    const title = `${name} · Lethe`;
    const first = makeRun(runs, name, [
      { ...epoch(1, 2, 3, true), valid: { nll_per_step: 3, [script]: 1 } },
      { event: 'observe', name: script, epoch: 1, step: 2, values: { [script]: 1 } },
    ]);
    writeFileSync(join(first, 'samples', 'evil.txt'), script);
    writeFileSync(join(first, 'log.txt'), script);
    makeRun(runs, 'plain', [epoch(1, 2, 4, true)], ['model.layers=2']);
    const { url } = await serve(runs, '--port', '0');
    const page = await openPage(url);
    for (const box of await page.locator('table.runs tbody input').all()) await box.check();
    await page.getByRole('button', { name: 'Compare settings' }).click();
    const differs = page.getByRole('row').filter({ hasText: 'model.layers' });
    await expect.poll(() => differs.locator('td').allTextContents()).toEqual(['1', '2']);
    await page.getByRole('link', { name: '<img' }).click();
    await expect.poll(() => page.locator('pre').filter({ hasText: 'onerror' }).count()).toBeGreaterThan(0);
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(await page.title()).toBe(title);
    // Neither does the page run what somebody slips into it.
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('script'), { textContent: "document.title = 'owned'" }))`,
    );
    expect(await page.title()).toBe(title);
  });

  it('lets a run make a piece and plays it', { timeout: 240_000 }, async () => {
    const runs = join(folder, 'music');
    await trained(join(runs, 'piece'), 'music/folk');
    const { url } = await serve(runs, '--port', '0');
    const page = await openPage(url);
    await page.getByRole('link', { name: 'piece' }).click();
    await page.getByLabel('Length').fill('12');
    await page.getByRole('button', { name: 'Make one' }).click();
    await page.getByRole('img', { name: /^piano roll: 12 steps/ }).waitFor({ timeout: 60_000 });
    const notes = await page.locator('svg[aria-label^="piano roll"] rect[fill^="var(--series"]').count();
    await page.getByRole('button', { name: 'Play' }).click();
    // the context of Web Audio is started, and as many notes are scheduled as are drawn
    await expect.poll(() => page.evaluate('document.body.dataset.audio')).toBe(`running ${notes}`);
    expect(notes).toBeGreaterThan(0);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'MIDI' }).click(),
    ]);
    expect(
      readFileSync((await download.path())!)
        .subarray(0, 4)
        .toString(),
    ).toBe('MThd');
    const drawn = (): Promise<string | null> => page.locator('svg[aria-label^="piano roll"]').innerHTML();
    const before = await drawn();
    await page.getByLabel('Temperature').fill('0.5');
    await page.getByLabel('Temperature').dispatchEvent('change');
    await expect.poll(drawn, { timeout: 60_000 }).not.toBe(before);
    expect(new URL(page.url()).searchParams.get('temperature')).toBe('0.5');
    const data = page.getByRole('region', { name: 'data', exact: true });
    await data.getByRole('button', { name: 'Show it' }).click();
    await data
      .getByRole('img', { name: /^piano roll of the data: 12 steps, [1-9]/ })
      .waitFor({ timeout: 60_000 });
    await data.getByRole('button', { name: 'Next piece' }).click();
    await data.getByText('Piece 1 of').waitFor({ timeout: 60_000 });
    await data.getByRole('button', { name: 'Play' }).click();
    await expect.poll(() => page.evaluate('document.body.dataset.audio')).toMatch(/^running [1-9]/);
  });

  it('says how sure a language model is: of its samples, of every word of a text that is pasted, and of the test data', {
    timeout: 240_000,
  }, async () => {
    const runs = join(folder, 'text');
    const text = join(folder, 'words');
    mkdirSync(text);
    const line = 'the cat sat on the mat and the dog sat on the cat .\n';
    for (const split of ['train', 'valid', 'test'])
      writeFileSync(join(text, `${split}.txt`), line.repeat(40));
    await trained(
      join(runs, 'letters'),
      `text/${text}`,
      '--level',
      'char',
      '--dropout',
      'variational:output=.3',
    );
    const { url } = await serve(runs, '--port', '0');
    const page = await openPage(url);
    await page.getByRole('link', { name: 'letters' }).click();
    const place = page.getByRole('region', { name: 'read a text' });
    await place.getByLabel('A text').fill('the cat sat');
    await place.getByLabel('MC draws').fill('4');
    await place.getByRole('button', { name: 'Read it' }).click();
    const tokens = place.locator('.tokens button');
    // the first letter is given: what is predicted of it are words and what stands between them
    await expect
      .poll(() => tokens.allTextContents(), { timeout: 60_000 })
      .toEqual(['he', ' ', 'cat', ' ', 'sat', '\n']);
    await tokens.nth(2).focus();
    await page.keyboard.press('Enter');
    await expect
      .poll(() => place.getByRole('status').allTextContents())
      .toEqual([expect.stringMatching(/^cat: perplexity .*mutual information .*3 letters$/)]);
    await place.getByRole('combobox', { name: /^Colour/ }).selectOption('information');
    await place.getByRole('combobox', { name: /^of every/ }).selectOption('letter');
    await expect.poll(() => tokens.count()).toBe('he cat sat\n'.length);
    expect(new URL(page.url()).searchParams.get('heat')).toBe('information');
    const sure = page.getByRole('region', { name: 'uncertainty' });
    await sure.getByRole('button', { name: 'Measure' }).click();
    await sure.getByRole('img', { name: /nats of predictive entropy/ }).waitFor({ timeout: 60_000 });
    const made = page.getByRole('region', { name: 'sample' });
    await made.getByLabel('Length').fill('10');
    await made.getByRole('button', { name: 'Make one' }).click();
    await made.locator('.tokens').waitFor({ timeout: 60_000 });
  });
});
