/** The playground in a real browser, cross-origin isolated and not: it trains, stays awake, does not grow, and goes on bit by bit. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors } from 'lethe';
import type { Browser, BrowserContext, CDPSession, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, host, inBrowser, launch } from '../../../../test/chromium.mts';
import { buildPlayground } from '../../build.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lethe-playground-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Counts the memories of the engine, before the worker's own program. */
const counting = `
const Memory = WebAssembly.Memory;
globalThis.memories = [];
WebAssembly.Memory = function (limits) { const made = new Memory(limits); memories.push(made); return made; };
`;

describe.skipIf(!command)(`the playground in a browser (${inBrowser})`, { timeout: 240_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    await buildPlayground(folder);
    browser = await launch();
  }, 60_000);
  afterAll(() => browser?.close());

  describe.each([
    ['isolated', true],
    ['not isolated', false],
  ] as const)('%s', (_, isolated) => {
    let server: Awaited<ReturnType<typeof host>>;
    let context: BrowserContext;
    let page: Page;
    /** what the page asked for elsewhere, and what it complained of */
    const strange: string[] = [];
    beforeAll(async () => {
      server = await host(folder, { isolated });
      context = await browser.newContext({ acceptDownloads: true });
      page = await context.newPage();
      page.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(server.url) && !/^(blob|data):/.test(url)) strange.push(url);
      });
      page.on('pageerror', (error) => strange.push(error.message));
      page.on('console', (message) => message.type() === 'error' && strange.push(message.text()));
      await page.route('**/worker.js', async (route) => {
        const worker = readFileSync(join(folder, 'worker.js'), 'utf8');
        await route.fulfill({
          headers: isolated ? { 'Cross-Origin-Embedder-Policy': 'require-corp' } : {},
          contentType: 'text/javascript',
          body: counting + worker,
        });
      });
      await open();
    });
    afterAll(async () => {
      await context?.close();
      server?.close();
    });

    const button = (name: string, slot = 'A') =>
      page.locator(`[data-slot=${slot}]`).getByRole('button', { name, exact: true });
    const state = (slot = 'A') => page.locator(`[data-slot=${slot}] .state`);
    const text = async (): Promise<string> => (await state().textContent()) ?? '';
    const stepsDone = async (): Promise<number> => Number(/step (\d+)/.exec(await text())?.[1] ?? 0);
    const says = (pattern: RegExp, slot = 'A') =>
      page.waitForFunction(
        ([slot, source]) =>
          new RegExp(source).test(document.querySelector(`[data-slot=${slot}] .state`)?.textContent ?? ''),
        [slot, pattern.source] as const,
        { timeout: 120_000 },
      );
    async function open(): Promise<void> {
      await page.goto(server.url);
      await page.locator('[data-slot=A] select').first().waitFor();
      await page.waitForFunction(
        () => document.querySelector('[data-slot=A] .state')?.textContent !== 'Loading…',
      );
    }
    async function set(fields: Record<string, string | number>, slot = 'A'): Promise<void> {
      const run = page.locator(`[data-slot=${slot}]`);
      if (await button('Reset', slot).isEnabled()) await button('Reset', slot).click();
      await says(/Not trained yet/, slot);
      await run
        .locator('summary', { hasText: 'training' })
        .evaluate((summary) => summary.parentElement!.setAttribute('open', ''));
      for (const [name, value] of Object.entries(fields)) {
        const field = run.getByLabel(name, { exact: true });
        if (name === 'cell' || name === 'method') await field.selectOption(String(value));
        else await field.fill(String(value));
      }
    }
    async function download(slot = 'A'): Promise<Buffer> {
      const [file] = await Promise.all([
        page.waitForEvent('download') as Promise<Download>,
        button('Download weights', slot).click(),
      ]);
      return readFileSync(await file.path());
    }

    it('trains its network to a stated loss on the WebAssembly engine', async () => {
      expect(await page.locator('#engine').textContent()).toMatch(
        /^WebAssembly with .*SIMD, \d+ threads? for each run/,
      );
      await set({ cell: 'lstm', 'hidden units': 64, method: 'zoneout', epochs: 40 });
      await button('Train').click();
      await says(/^Done: epoch 40 of 40/);
      const [training, validation] = await page
        .locator('tbody tr.A td')
        .allTextContents()
        .then((cells) => [Number(cells[1]), Number(cells[2])]);
      // Between the two modules losses differ by rounding.
      expect(training).toBeLessThan(4.9);
      expect(validation).toBeLessThan(5.4);
    });

    it('leaves the page awake while it trains: less than 50 ms of work between two pictures', async () => {
      await set({ cell: 'lstm', 'hidden units': 128, epochs: 2000 });
      await button('Train').click();
      await says(/Training: epoch [1-9]/);
      const before = await stepsDone();
      const work = await workBetweenPictures(browser, page, 120);
      expect(work.length).toBeGreaterThan(100);
      expect(Math.max(...work)).toBeLessThan(50);
      await button('Pause').click();
      await says(/^Paused/);
      expect(await stepsDone()).toBeGreaterThan(before);
    });

    it('would be seen asleep if it computed by itself', async () => {
      const busy = await page.evaluate(() =>
        Number(
          setInterval(() => {
            for (const end = performance.now() + 500; performance.now() < end; );
          }, 20),
        ),
      );
      const work = await workBetweenPictures(browser, page, 5);
      await page.evaluate((busy) => clearInterval(busy), busy);
      expect(Math.max(...work)).toBeGreaterThan(50);
    });

    it('does not grow in 1,000 steps', async () => {
      await set({ 'hidden units': 32, method: 'variational', epochs: 100_000 });
      const worker = await workerOf(page, context, 'run A');
      const pausedAfter = async (first: string, steps: number) => {
        await button(first).click();
        while ((await stepsDone()) < steps) await page.waitForTimeout(100);
        await button('Pause').click();
        await says(/^Paused/);
        await worker.send('HeapProfiler.collectGarbage');
        const { usedSize } = await worker.send('Runtime.getHeapUsage');
        const bytes = 'memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)';
        const { result } = await worker.send('Runtime.evaluate', { expression: bytes });
        return {
          steps: await stepsDone(),
          heap: usedSize as number,
          engine: (result as { value: number }).value,
        };
      };
      const before = await pausedAfter('Train', 200);
      expect(before.engine).toBeGreaterThan(1 << 20);
      const after = await pausedAfter('Continue', before.steps + 1000);
      expect(after.engine).toBe(before.engine);
      // Of 125 epochs four numbers each are kept, as numbers and as text; code that is compiled meanwhile counts, too.
      expect(after.heap - before.heap).toBeLessThan(500_000);
    });

    it('goes on after a reload, and from an uploaded file, to the bits of an unbroken run', async () => {
      const run = { cell: 'gru', 'hidden units': 48, method: 'variational', epochs: 30 };
      await set(run);
      await button('Train').click();
      await says(/^Done/);
      const unbroken = await download();
      expect(unbroken.length).toBeGreaterThan(48 * 3 * (48 + 88) * 4);

      await set(run);
      await button('Train').click();
      await says(/epoch [1-9]/);
      await button('Pause').click();
      await says(/^Paused/);
      const paused = await download();
      const at = await stepsDone();
      expect(at).toBeGreaterThan(0);
      expect(at).toBeLessThan(240); // of 30 epochs of 8 steps
      await open();
      await says(new RegExp(`^Paused: .* step ${at},`));
      await button('Continue').click();
      await says(/^Done/);
      expect((await download()).equals(unbroken)).toBe(true);

      await set({});
      await page.locator('[data-slot=A] input[type=file]').setInputFiles({
        ...{ name: 'paused.safetensors', mimeType: 'application/octet-stream' },
        buffer: paused,
      });
      await says(new RegExp(`^Paused: .* step ${at},`));
      await button('Continue').click();
      await says(/^Done/);
      expect((await download()).equals(unbroken)).toBe(true);
    });

    it('keeps the run of the first of two tabs, and says so in the second', async () => {
      await set({ 'hidden units': 8, epochs: 2 });
      await button('Train').click();
      await says(/^Done/);
      const first = await text();
      const second = await context.newPage();
      await second.goto(server.url);
      const run = second.locator('[data-slot=A]');
      await run.locator('.problem', { hasText: 'Another tab of this browser has run A' }).waitFor();
      await run.locator('.state', { hasText: 'Done: epoch 2 of 2' }).waitFor();
      await run.getByRole('button', { name: 'Reset' }).click();
      await run.locator('summary', { hasText: 'training' }).click();
      await run.getByLabel('epochs', { exact: true }).fill('3');
      await run.getByRole('button', { name: 'Train' }).click();
      await run.locator('.state', { hasText: 'Done: epoch 3 of 3' }).waitFor();
      await second.close();
      await open();
      await says(/^Done/);
      expect(await text()).toBe(first);
      // A page that is loaded again has its place again.
      expect(await page.locator('[data-slot=A] .problem').textContent()).toBe('');
    });

    it('shows the rates of a file as they are, between the steps of a slider, beyond its end and left out', async () => {
      const words = page.locator('[data-slot=A] .words');
      await set({ 'hidden units': 8, epochs: 2 });
      await button('Train').click();
      await says(/^Done/);
      const { tensors, metadata } = decodeSafetensors(await download());
      const firstStep = () => page.locator('[data-slot=A] input[type=range]').first().getAttribute('step');
      for (const [dropout, shown, step] of [
        ['variational:recurrent=.97', 'variational:input=0,recurrent=0.97,output=0', '0.05'],
        ['variational:input=.123456', 'variational:input=0.123456,recurrent=0,output=0', 'any'],
        ['variational:input=.3', 'variational:input=0.3,recurrent=0,output=0', '0.05'],
        ['curriculum+variational:input=.3', 'curriculum+variational:input=.3'],
      ]) {
        const settings = JSON.stringify({ ...JSON.parse(metadata.settings), dropout });
        await page.locator('[data-slot=A] input[type=file]').setInputFiles({
          ...{ name: 'rates.safetensors', mimeType: 'application/octet-stream' },
          buffer: Buffer.from(encodeSafetensors(tensors, { ...metadata, settings })),
        });
        await words.filter({ hasText: shown }).waitFor({ timeout: 20_000 });
        expect(await words.textContent()).toBe(`--dropout ${shown}`);
        if (step !== undefined) expect(await firstStep()).toBe(step);
      }
    });

    it('makes music: a picture of it, and sound', async () => {
      await page.getByRole('button', { name: 'Make a piece' }).click();
      await page.locator('#music rect.note').first().waitFor();
      await page.getByRole('button', { name: 'Play' }).click();
      await page.getByRole('button', { name: 'Stop' }).waitFor();
      await page.locator('#music line.head[visibility=visible]').waitFor({ state: 'attached' });
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('button', { name: 'Play' }).waitFor();
    });

    it('answers what cannot be with a sentence, and is as it was', async () => {
      const problem = page.locator('[data-slot=A] .problem');
      const before = await text();
      await page.locator('[data-slot=A] input[type=file]').setInputFiles({
        ...{ name: 'page.safetensors', mimeType: 'text/html' },
        buffer: Buffer.from('<!doctype html><p>404 this is no file of weights'),
      });
      await problem.filter({ hasText: /safetensors.*\.$/i }).waitFor();
      expect(await text()).toBe(before);
      await set({ 'hidden units': 5000 });
      await button('Train').click();
      await problem
        .filter({ hasText: 'Hidden units: expected a whole number from 1 to 1024, got 5000.' })
        .waitFor();
      await set({ 'hidden units': 8, 'with it, other methods in words': 'zonout' });
      await button('Train').click();
      await problem.filter({ hasText: 'did you mean "zoneout"?' }).waitFor();
    });

    it('is reached by the keyboard, asks nobody else and complains of nothing', async () => {
      await set({});
      await page.keyboard.press('Tab');
      const reached = new Set<string>();
      for (let i = 0; i < 60; i++) {
        reached.add(await page.evaluate(() => document.activeElement?.textContent?.slice(0, 20) ?? ''));
        await page.keyboard.press('Tab');
      }
      for (const name of ['Train', 'Upload']) expect([...reached]).toContain(name);
      expect(strange).toEqual([]);
    });
  });

  it('says which file is missing where the host lost one', async () => {
    const lost = { 'tunes.json': '<!doctype html><title>404</title>' };
    const server = await host(folder, { files: lost });
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.locator('[data-slot=A] .problem', { hasText: 'tunes.json beside the page' }).waitFor();
    await page.close();
    server.close();
  });
});

/**
 * Milliseconds that the page's own thread works between each two of so many pictures, by the clock of that thread: on a machine with
 * nothing else to do, how far apart the pictures are at least. What other programs take of the processor is not in it.
 */
async function workBetweenPictures(browser: Browser, page: Page, pictures: number): Promise<number[]> {
  await browser.startTracing(page, { categories: ['devtools.timeline'] });
  await page.evaluate(
    (pictures) =>
      new Promise<void>((resolve) => {
        let left = pictures;
        const picture = (): unknown => (left-- > 0 ? requestAnimationFrame(picture) : resolve());
        picture();
      }),
    pictures,
  );
  const trace = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: { name: string; tts?: number }[];
  };
  // Where a picture comes without the time of its thread, two gaps are one.
  const clock = trace.traceEvents
    .flatMap(({ name, tts }) => (name === 'FireAnimationFrame' && tts !== undefined ? [tts / 1000] : []))
    .sort((a, b) => a - b);
  return clock.slice(1).map((now, i) => now - clock[i]);
}

/** The protocol of a page's worker, by its name. */
async function workerOf(
  page: Page,
  context: BrowserContext,
  name: string,
): Promise<{ send(method: string, params?: object): Promise<Record<string, unknown>> }> {
  const session: CDPSession = await context.newCDPSession(page);
  const waiting = new Map<number, (result: Record<string, unknown>) => void>();
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as { id: number; result: Record<string, unknown> };
    waiting.get(id)?.(result);
  });
  const attached = new Promise<string>((resolve) => {
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.title === name || targetInfo.url.includes('worker.js')) resolve(sessionId);
    });
  });
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  const sessionId = await attached;
  let id = 0;
  return {
    send: (method, params = {}) =>
      new Promise((resolve) => {
        waiting.set(++id, resolve);
        void session.send('Target.sendMessageToTarget', {
          sessionId,
          message: JSON.stringify({ id, method, params }),
        });
      }),
  };
}
