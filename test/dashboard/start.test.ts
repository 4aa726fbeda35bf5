/** A run that the dashboard starts, follows, stops and goes on with, and that outlives it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { epoch, makeRun } from '../../packages/dashboard/src/server/testing.suite.ts';
import { writerOf } from '../../packages/lab/src/files/lock.ts';
import { describeDashboard, type Served } from './served.mts';

describeDashboard('the page that starts runs', ({ folder, openPage, serve }) => {
  // A run outlives its dashboard, and must not outlive a test that failed.
  afterEach(() => {
    const writer = writerOf(join(folder, 'started/mine'));
    if (typeof writer === 'number') process.kill(writer, 'SIGKILL');
  });

  it('starts a run, follows it, stops it, goes on with it', { timeout: 240_000 }, async () => {
    const runs = join(folder, 'started');
    makeRun(runs, 'other', [epoch(1, 3, 4, true)]);
    const served = await serve(runs, '--port', '0');
    const page = await openPage(served.url);
    await page.getByRole('link', { name: 'Start' }).click();
    // What there is to choose; a recipe keeps its fields while something in them is wrong, and says at the field what it is.
    await page.getByRole('link', { name: 'bayer2013/jsb-fast', exact: true }).click();
    const hidden = page.locator('[id="model.hidden"]');
    await hidden.waitFor({ timeout: 30_000 });
    const fields = await page.locator('.field').count();
    await hidden.fill('-3');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('model.hidden');
    expect(await hidden.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('[id="model.hidden-meaning"]').textContent()).toContain('found -3');
    expect(await page.locator('.field').count()).toBe(fields);
    // Also where the address is opened with it.
    await page.reload();
    await expect.poll(() => page.locator('.field').count(), { timeout: 30_000 }).toBe(fields);
    await page.getByRole('link', { name: 'Start' }).click();
    await page.getByLabel('Recipe, or TASK/DATASET').fill('music/folk');
    await hidden.fill('10');
    await page.locator('[id="training.epochs"]').fill('100000');
    await page.locator('[id="training.patience"]').fill('none');
    await expect
      .poll(() => page.locator('pre.command').textContent())
      .toBe(
        'lethe train music/folk --set model.hidden=10 --set training.epochs=100000 --set training.patience=none',
      );
    await page.getByLabel('Name of the run').fill('mine');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('heading', { name: 'mine' }).waitFor({ timeout: 60_000 });
    const curve = page.locator('.plot path').first();
    await curve.waitFor({ timeout: 60_000 });
    const before = (await curve.getAttribute('d'))!.length;
    await expect
      .poll(async () => (await curve.getAttribute('d'))!.length, { timeout: 30_000 })
      .toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    const state = () => page.locator('.state').first().textContent();
    await expect.poll(state, { timeout: 30_000 }).toBe('interrupted');
    // it saved what it had
    expect(readFileSync(join(runs, 'mine/checkpoints/last.safetensors')).length).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await expect.poll(state, { timeout: 60_000 }).toBe('running');
    // The server dies under the open page; the run does not, and the page goes on with the next server.
    await end(served, 'SIGKILL');
    await expect
      .poll(() => page.getByText('no connection, trying again').count(), { timeout: 30_000 })
      .toBe(1);
    await serve(runs, '--port', new URL(served.url).port);
    await expect.poll(() => page.getByText('live', { exact: true }).count(), { timeout: 30_000 }).toBe(1);
    const then = (await curve.getAttribute('d'))!.length;
    await expect
      .poll(async () => (await curve.getAttribute('d'))!.length, { timeout: 30_000 })
      .not.toBe(then);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect.poll(state, { timeout: 30_000 }).toBe('interrupted');
  });
});

// --- internal ---

async function end({ child }: Served, signal: NodeJS.Signals): Promise<void> {
  const ended = new Promise((done) => child.on('close', done));
  child.kill(signal);
  await ended;
}
