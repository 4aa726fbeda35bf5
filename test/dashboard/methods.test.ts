/** The methods from inside. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeDashboard } from './served.mts';

describeDashboard('the page of methods', ({ folder, openPage, serve }) => {
  it('shows methods from inside: masks that change with the step, moments that one drags, all in the address', {
    timeout: 120_000,
  }, async () => {
    const runs = join(folder, 'none');
    mkdirSync(runs, { recursive: true });
    const { url } = await serve(runs, '--port', '0');
    let page = await openPage(url);
    await page.getByRole('link', { name: 'Methods' }).click();
    const mask = page.getByRole('img', { name: /^recurrent: .* are kept$/ });
    await mask.waitFor();
    const before = await mask.innerHTML();
    await page.getByRole('button', { name: 'Next step' }).click();
    await expect.poll(() => mask.innerHTML()).not.toBe(before);
    await page.getByLabel('Method').first().selectOption('zoneout');
    await page.getByRole('img', { name: /noise at: hidden 0.05, cell 0.5/ }).waitFor();
    await page.getByRole('combobox', { name: /^Cell/ }).selectOption('gru');
    await expect.poll(() => page.locator('#method-error').textContent()).toContain('cell');
    const plot = page.getByRole('img', { name: /^The pre-activation/ });
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.7 * box.width, box.y + 0.3 * box.height);
    await page.mouse.up();
    const { searchParams } = new URL(page.url());
    expect(Number(searchParams.get('mean'))).toBeGreaterThan(2);
    expect(Number(searchParams.get('variance'))).toBeGreaterThan(4);
    // without a mouse: everything that is chosen is a control in the order of the tabulator
    await page.getByLabel('Mean E[a]').focus();
    await page.keyboard.press('ArrowRight');
    const moved = Number(new URL(page.url()).searchParams.get('mean'));
    expect(moved).toBeGreaterThan(Number(searchParams.get('mean')));
    const address = page.url();
    page = await openPage(address);
    await expect.poll(() => page.getByLabel('Mean E[a]').inputValue()).toBe(String(moved));
    expect(await page.getByRole('combobox', { name: /^Cell/ }).inputValue()).toBe('gru');
  });
});
