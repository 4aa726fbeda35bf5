/** The dashboard in a real browser: over runs that it did not start, and with one that it starts, follows, stops and goes on with. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { epoch, makeRun } from '../packages/dashboard/src/server/testing.suite.ts';
import { writerOf } from '../packages/lab/src/files/lock.ts';

const root = resolve(import.meta.dirname, '..');
const program = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);
const folder = mkdtempSync(join(tmpdir(), 'lethe-dashboard-'));
const assets = join(root, 'packages/dashboard/assets');

beforeAll(() => {
  const built = spawnSync(process.execPath, [join(root, 'packages/dashboard/build.mjs')], {
    encoding: 'utf8',
  });
  expect(built.stderr).toBe('');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the page', () => {
  it('has at most 120 KB of scripts, packed by gzip', () => {
    expect(gzipSync(readFileSync(join(assets, 'page.js'))).length).toBeLessThan(120_000);
  });

  it('asks nothing of any other place', () => {
    for (const file of ['page.js', 'page.css', 'index.html']) {
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

interface Served {
  child: ChildProcess;
  url: string;
}

/** Starts `lethe ui` on a directory. */
async function serve(directory: string, ...options: string[]): Promise<Served> {
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const words = ['--import', tsx, '--conditions', 'lethe-source', join(root, 'test/lethe.mts')];
  const child = spawn(process.execPath, [...words, 'ui', directory, '--json', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') },
  });
  children.push(child);
  let [out, err] = ['', ''];
  child.stderr.on('data', (piece) => {
    err += piece;
  });
  return new Promise((done, failed) => {
    child.stdout.on('data', (piece) => {
      out += piece;
      if (out.includes('\n')) done({ child, url: (JSON.parse(out) as { url: string }).url });
    });
    child.on('close', () => failed(new Error(`lethe ui ended: ${err}`)));
  });
}

async function end({ child }: Served, signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
  const ended = new Promise<number | null>((done) => child.on('close', done));
  child.kill(signal);
  return ended;
}

const children: ChildProcess[] = [];

describe.skipIf(!program)(`in a browser (${program ?? 'skipped: there is no Chromium'})`, () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** errors of the page, and requests to anywhere else */
  const wrong: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: spawnSync('which', [program!], { encoding: 'utf8' }).stdout.trim(),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--autoplay-policy=no-user-gesture-required',
      ],
    });
  });
  afterEach(async () => {
    await context?.close();
    for (const child of children.splice(0)) child.kill('SIGKILL');
    // A run outlives its dashboard, and must not outlive a test that failed.
    const writer = writerOf(join(folder, 'started/mine'));
    if (typeof writer === 'number') process.kill(writer, 'SIGKILL');
    expect(wrong.splice(0)).toEqual([]);
  });
  afterAll(async () => browser?.close());

  async function openPage(url: string, options: object = {}): Promise<Page> {
    context = await browser.newContext(options);
    page = await context.newPage();
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('request', (request) => {
      if (!/^(http:\/\/127\.0\.0\.1:|blob:|data:)/.test(request.url())) wrong.push(request.url());
    });
    await page.goto(url);
    await page.getByRole('navigation').waitFor();
    return page;
  }

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
    await openPage(url);
    expect(page.url()).not.toContain('token');
    const names = () => page.locator('table.runs tbody th').allTextContents();
    await expect.poll(names).toHaveLength(4);
    await page.getByRole('button', { name: /^valid NLL per time step \(nats\)/ }).click();
    // 10/3 + 3 + 1, + 2, 10/3 + 5 + 1, + 2
    await expect.poll(names).toEqual(['standard-1', 'standard-2', 'none-1', 'none-2']);
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
    await openPage(address);
    await expect.poll(names).toHaveLength(2);
    expect(await page.getByLabel('Group by').inputValue()).toBe('seed');
  });

  it('starts a run, follows it, stops it, goes on with it', { timeout: 240_000 }, async () => {
    const runs = join(folder, 'started');
    makeRun(runs, 'other', [epoch(1, 3, 4, true)]);
    const served = await serve(runs, '--port', '0');
    await openPage(served.url);
    await page.getByRole('link', { name: 'Start' }).click();
    await page.getByLabel('Recipe, or TASK/DATASET').fill('music/folk');
    await page.locator('[id="model.hidden"]').fill('-3');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('model.hidden');
    await page.locator('[id="model.hidden"]').fill('10');
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
