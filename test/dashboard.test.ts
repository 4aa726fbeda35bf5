/** The dashboard in a real browser: over runs that it did not start, and with one that it starts, follows, stops and goes on with. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { resolveConfig } from '@lethe/lab/internal';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { epoch, lines, makeRun } from '../packages/dashboard/src/server/testing.suite.ts';
import type { RunList } from '../packages/dashboard/src/shared/api.ts';
import { writerOf } from '../packages/lab/src/files/lock.ts';
import { program as lethe } from './searching.mts';

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
  const scripts = (): string[] => readdirSync(assets).filter((name) => name.endsWith('.js'));

  it('has at most 120 KB of scripts, packed by gzip, those included that come with the methods alone', () => {
    const sizes = scripts().map((name) => gzipSync(readFileSync(join(assets, name))).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(120_000);
  });

  it('asks nothing of any other place', () => {
    for (const file of [...scripts(), 'page.css', 'index.html']) {
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
}

/** Trains a small run to its end. */
async function trained(out: string, target: string, ...more: string[]): Promise<void> {
  const words = ['train', target, '--hidden', '5', '--epochs', '2', '--out', out, ...more];
  const child = spawn(process.execPath, [lethe, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  expect(await new Promise((done) => child.on('close', done))).toBe(0);
}

/** The journal of a search over two settings, with 9 + (n - 1) · step rate of trial n. */
function makeSearch(directory: string, metric = 'nll_per_step'): void {
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
    await openPage(address);
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
    await openPage(`${url.replace('#', '?group=seed#')}`);
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
    await openPage(url);
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
    await openPage(new URL('?y=valid.bleu', url).href);
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
    await openPage(url);
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

  it('says of what is gone, or never was, that it is not there, and has no errors for it', {
    timeout: 120_000,
  }, async () => {
    const runs = join(folder, 'going');
    const directory = makeRun(runs, 'going', [epoch(1, 3, 4)]);
    makeRun(runs, 'bare', [epoch(1, 3, 4)]);
    rmSync(join(runs, 'bare', 'config.json'));
    makeSearch(join(runs, 'search'));
    const { url } = await serve(runs, '--port', '0');
    await openPage(url);
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

  it('knows of a search whether more or less is better', { timeout: 120_000 }, async () => {
    const runs = join(folder, 'better');
    makeSearch(join(runs, 'less'));
    makeSearch(join(runs, 'more'), 'bleu');
    const { url } = await serve(runs, '--port', '0');
    await openPage(new URL('?page=studies', url).href);
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
    await openPage(new URL('?page=studies', url).href);
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
    await openPage(url);
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
    await openPage(url);
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

  it.each(['light', 'dark'] as const)(
    'has no serious finding of axe, %s',
    { timeout: 240_000 },
    async (colorScheme) => {
      const runs = join(folder, `axe-${colorScheme}`);
      makeRun(runs, 'one', [epoch(1, 3, 4, true), epoch(2, 2, 3, true)]);
      makeRun(runs, 'two', [epoch(1, 3, null, true)], ['seed=2']);
      makeSearch(join(runs, 'search'));
      const { url } = await serve(runs, '--port', '0');
      await openPage(url, { colorScheme, bypassCSP: true });
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
    await openPage(url);
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

  it('shows methods from inside: masks that change with the step, moments that one drags, all in the address', {
    timeout: 120_000,
  }, async () => {
    const runs = join(folder, 'none');
    mkdirSync(runs, { recursive: true });
    const { url } = await serve(runs, '--port', '0');
    await openPage(url);
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
    await openPage(address);
    await expect.poll(() => page.getByLabel('Mean E[a]').inputValue()).toBe(String(moved));
    expect(await page.getByRole('combobox', { name: /^Cell/ }).inputValue()).toBe('gru');
  });

  it('starts a run, follows it, stops it, goes on with it', { timeout: 240_000 }, async () => {
    const runs = join(folder, 'started');
    makeRun(runs, 'other', [epoch(1, 3, 4, true)]);
    const served = await serve(runs, '--port', '0');
    await openPage(served.url);
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
