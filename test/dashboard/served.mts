/** For the tests of the dashboard: `lethe ui` on folders of runs, and its page in a browser of the file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '@lethe/lab/internal';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { lines } from '../../packages/dashboard/src/server/testing.suite.ts';
import { command, inBrowser, launch } from '../chromium.mts';
import { program as lethe } from '../searching.mts';

/** A server, and where its page is. */
export interface Served {
  child: ChildProcess;
  url: string;
}

/** What a test works with: its servers and pages end with the test, the folder with the file. */
export interface Dashboard {
  folder: string;
  /** Starts `lethe ui` on a directory. */
  serve(directory: string, ...options: string[]): Promise<Served>;
  /** Opens a page with a profile of its own. */
  openPage(url: string, options?: object): Promise<Page>;
  /** Errors of the pages, and requests to anywhere else: a test that has some fails. */
  wrong: string[];
}

/** A suite in a browser; without one it is skipped, saying so. */
export function describeDashboard(name: string, tests: (dashboard: Dashboard) => void): void {
  describe.skipIf(!command)(`${name}, in a browser (${inBrowser})`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'lethe-dashboard-'));
    const children: ChildProcess[] = [];
    const contexts: BrowserContext[] = [];
    const wrong: string[] = [];
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch('--autoplay-policy=no-user-gesture-required');
    });
    afterEach(async () => {
      for (const context of contexts.splice(0)) await context.close();
      for (const child of children.splice(0)) child.kill('SIGKILL');
      expect(wrong.splice(0)).toEqual([]);
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });
    tests({
      folder,
      wrong,
      serve(directory, ...options) {
        const child = spawn(process.execPath, [lethe, 'ui', directory, '--json', ...options], {
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
      },
      async openPage(url, options = {}) {
        const context = await browser.newContext(options);
        contexts.push(context);
        const page = await context.newPage();
        page.on('pageerror', (error) => wrong.push(error.message));
        page.on('request', (request) => {
          if (!/^(http:\/\/127\.0\.0\.1:|blob:|data:)/.test(request.url())) wrong.push(request.url());
        });
        await page.goto(url);
        await page.getByRole('navigation').waitFor();
        return page;
      },
    });
  });
}

/** Trains a small run to its end. */
export async function trained(out: string, target: string, ...more: string[]): Promise<void> {
  const words = ['train', target, '--hidden', '5', '--epochs', '2', '--out', out, ...more];
  const child = spawn(process.execPath, [lethe, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  expect(await new Promise((done) => child.on('close', done))).toBe(0);
}

/** The journal of a search over two settings, with 9 + (n - 1) · step rate of trial n. */
export function makeSearch(directory: string, metric = 'nll_per_step'): void {
  const space = { 'model.hidden': { choice: [5, 10] }, 'optimizer.stepRate': { logUniform: [0.001, 0.1] } };
  const trials = [0.002, 0.01, 0.05, 0.003, 0.02, 0.08, 0.004].flatMap((stepRate, i): object[] => {
    const value = 9 + i * stepRate;
    // What decides is a loss, whatever is shown beside it.
    const figures = { nll_per_step: metric === 'nll_per_step' ? value : 20 - value, [metric]: value };
    const best = { epoch: 1, train: figures, valid: figures, test: figures };
    const parameters = { 'model.hidden': i % 2 ? 5 : 10, 'optimizer.stepRate': stepRate };
    return [
      { event: 'trial', number: i + 1, parameters },
      { event: 'end', number: i + 1, state: 'complete', reason: 'all epochs', best, seconds: 1 },
    ];
  });
  const about = {
    ...{ event: 'study', format: 1, created: '2026-01-01T00:00:00.000Z', title: 'a search', seed: 1, space },
    ...{ base: 'music/folk', set: {}, config: resolveConfig('music/folk') },
    ...{ metric: 'nll_per_step' },
    shown: { metric, label: 'NLL', unit: 'NLL per time step, natural log' },
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'journal.jsonl'), lines([about, ...trials]));
}
