/** What somebody who looks at the dashboard waits for, in a headless Chromium: part of `bench/dashboard.mts`. */
import { command, launch } from '../test/chromium.mts';

export interface Looked {
  url: string;
  /** ids of the runs of a chart */
  chart: readonly string[];
  /** the run that grows, shown alone */
  growing: string;
  /** adds a line to its history */
  grow(): void;
}

/** Milliseconds by what was done; undefined where there is no browser. */
export async function looked({ url, chart, growing, grow }: Looked): Promise<object | undefined> {
  if (command === undefined) return undefined;
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
    const until = async (what: () => Promise<unknown>, expression: string): Promise<number> => {
      const began = performance.now();
      await what();
      await page.waitForFunction(expression, undefined, { polling: 5, timeout: 60_000 });
      return Math.round(performance.now() - began);
    };
    const { origin } = new URL(url);
    const count = `document.querySelector('p.note[role=status]').textContent`;
    const rows = `document.querySelectorAll('table.runs tbody tr').length`;
    const first = await until(() => page.goto(url, { waitUntil: 'commit' }), `${rows} === 50`);
    const lines = `document.querySelectorAll('.plot path').length`;
    const chosen = await until(
      () => page.goto(`${origin}/?sel=${chart.join(',')}`, { waitUntil: 'commit' }),
      `${lines} >= ${chart.length} && ${rows} === 50`,
    );
    const all = await page.evaluate(count);
    const filter = page.getByLabel('Filter');
    const filtered = await until(
      () => filter.fill('/run-.*[05]$/ model.hidden>=30'),
      `${count} !== ${JSON.stringify(all)}`,
    );
    await until(() => filter.fill(''), `${count} === ${JSON.stringify(all)}`);
    const top = `document.querySelector('table.runs tbody th').textContent`;
    const before = await page.evaluate(top);
    const sorted = await until(
      () => page.locator('table.runs thead button').nth(1).click(),
      `${top} !== ${JSON.stringify(before)}`,
    );
    const grouped = await until(
      () => page.getByLabel('Group by').selectOption('seed'),
      `document.querySelector('table.runs caption') !== null`,
    );
    await until(
      () => page.goto(`${origin}/?page=run&id=${growing}`, { waitUntil: 'commit' }),
      `${lines} >= 2`,
    );
    await page.waitForTimeout(1000);
    const ticks: number[] = [];
    for (let n = 0; n < 8; n++) {
      const drawn = `document.querySelector('.plot path').getAttribute('d')`;
      const d = await page.evaluate(drawn);
      ticks.push(await until(async () => grow(), `${drawn} !== ${JSON.stringify(d)}`));
      await page.waitForTimeout(700);
    }
    return {
      'first page, table and curves of ten runs (ms)': first,
      [`table and a chart of ${chart.length} runs (ms)`]: chosen,
      'filtered, sorted, grouped over seeds (ms)': [filtered, sorted, grouped],
      'from a line to the drawn curve (ms)': ticks,
    };
  } finally {
    await browser.close();
  }
}
