/**
 * How fast the dashboard is over many long runs: makes them in a folder (`--runs 1000 --points 10000`, about 2 GB, kept if it is there), opens
 * `lethe ui` on it in a process of its own, and measures the first page, charts of fifty runs, rounds of following while some of them grow,
 * and the memory of the server.
 *
 *   node --import tsx --conditions lethe-source bench/dashboard.mts --out /tmp/many-runs
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { resolveConfig } from '@lethe/lab/internal';
import type { RunList, Series } from '../packages/dashboard/src/shared/api.ts';
import { sorted } from '../packages/dashboard/src/shared/cells.ts';
import { filterOf } from '../packages/dashboard/src/shared/filter.ts';
import { grouped } from '../packages/dashboard/src/shared/grouping.ts';
import { lock } from '../packages/lab/src/files/lock.ts';
import { looked } from './dashboard_page.mts';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    runs: { type: 'string', default: '1000' },
    points: { type: 'string', default: '10000' },
  },
});
if (!values.out) throw new Error('--out DIR is needed');
const folder = values.out;
const [runs, points] = [Number(values.runs), Number(values.points)];

/** A loss that falls, with noise that is a function of run and epoch. */
function lossAt(run: number, epoch: number, offset: number): number {
  const noise = Math.sin(run * 12.9898 + epoch * 78.233 + offset) * 43758.5453;
  return 8 + 20 * Math.exp(-epoch / (500 + run)) + offset + 0.3 * (noise - Math.floor(noise));
}

function line(run: number, epoch: number, best: boolean): string {
  const valid = lossAt(run, epoch, 1);
  return `${JSON.stringify({
    ...{
      event: 'epoch',
      epoch,
      step: 5 * epoch,
      train: { nll_per_step: lossAt(run, epoch, 0) },
      seconds: epoch / 7,
    },
    ...{ valid: { nll_per_step: valid, nll_per_sequence_mean: valid + 0.01 }, best },
  })}\n`;
}

const directoryOf = (run: number): string => join(folder, `run-${String(run).padStart(4, '0')}`);

/** Every tenth is unfinished. */
function makeRun(run: number): void {
  const directory = directoryOf(run);
  if (existsSync(join(directory, 'metrics.jsonl'))) return;
  mkdirSync(directory, { recursive: true });
  const set = [`seed=${run % 5}`, `model.hidden=${10 * (1 + (run % 7))}`];
  writeFileSync(join(directory, 'config.json'), JSON.stringify(resolveConfig('music/folk', { set })));
  writeFileSync(join(directory, 'environment.json'), JSON.stringify({ format: 1, data: { name: 'folk' } }));
  let least = Number.POSITIVE_INFINITY;
  const lines = Array.from({ length: points }, (_, i) => {
    const valid = lossAt(run, i + 1, 1);
    const best = valid < least;
    least = Math.min(least, valid);
    return line(run, i + 1, best);
  });
  if (run % 10 !== 0) {
    const figures = { nll_per_step: least };
    const best = { epoch: points, train: figures, valid: figures, test: figures };
    const done = {
      event: 'done',
      run: directory,
      reason: 'epochs',
      epochs: points,
      best,
      seconds: points / 7,
    };
    lines.push(`${JSON.stringify(done)}\n`);
  }
  writeFileSync(join(directory, 'metrics.jsonl'), lines.join(''));
}

const timed = async <T,>(work: () => Promise<T>): Promise<{ ms: number; result: T }> => {
  const began = performance.now();
  const result = await work();
  return { ms: performance.now() - began, result };
};

for (let run = 0; run < runs; run++) makeRun(run);

const command = join(import.meta.dirname, '../packages/lab/bin/lethe.js');
const launched = performance.now();
const child = spawn(process.execPath, [command, 'ui', folder, '--port', '0', '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise<string>((done) => {
  child.stdout.once('data', (piece) => done((JSON.parse(String(piece)) as { url: string }).url));
});
const opened = performance.now() - launched;
const { origin } = new URL(url);
const json = async <T,>(path: string): Promise<T> => (await (await fetch(origin + path)).json()) as T;
const memory = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024;
const peak = (): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024;

try {
  const page = await timed(async () => {
    await (await fetch(`${origin}/`)).text();
    await (await fetch(`${origin}/assets/page.js`)).text();
    return json<RunList>('/api/runs');
  });
  const rows = page.result.runs;
  const table = await timed(async () =>
    sorted(rows.filter(filterOf('/run-.*[05]$/ model.hidden>=30')), '-valid.nll_per_step'),
  );
  const grouping = await timed(async () => grouped(rows, 'seed'));
  const ids = rows.map(({ id }) => id);
  const chart = (from: number) => () =>
    json<Series[]>(`/api/series?y=valid.nll_per_step&runs=${ids.slice(from, from + 50).join(',')}`);
  const cold = await timed(chart(0));
  const warm = await timed(chart(0));
  const other = await timed(chart(100));
  for (let from = 150; from + 50 <= ids.length; from += 50) await chart(from)();

  // Ten runs grow; how long after a line is there the page is told, beside the half second between two looks.
  const growing = page.result.runs.filter(({ state }) => state !== 'finished').slice(0, 10);
  const unlocks = growing.map(({ name }) => lock(join(folder, name)));
  const began = Date.now();
  while (Date.now() - began < 60_000) {
    const { runs } = await json<RunList>('/api/runs');
    if (
      growing.every(({ id }) => runs.some((row) => row.id === id && row.state === 'running' && !row.reading))
    )
      break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const events = await fetch(`${origin}/api/events`);
  const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
  let told = '';
  const delays: number[] = [];
  for (let n = 0; n < 8; n++) {
    const appended = performance.now();
    for (const { name } of growing)
      appendFileSync(join(folder, name, 'metrics.jsonl'), line(0, points + n + 1, false));
    const wanted = new Set(growing.map(({ id }) => id));
    told = '';
    while (wanted.size > 0) {
      const { value, done } = await reader.read();
      if (done) break;
      told += value;
      for (const id of wanted)
        if (told.includes(id) && told.includes(`"epoch":[${points + n + 1}]`)) wanted.delete(id);
      if (performance.now() - appended > 20_000) break;
    }
    delays.push(performance.now() - appended);
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
  let added = 100;
  const inBrowser = await looked({
    ...{ url, chart: ids.slice(200, 250), growing: growing[0].id },
    grow: () =>
      appendFileSync(join(folder, growing[0].name, 'metrics.jsonl'), line(0, points + added++, false)),
  });
  for (const unlock of unlocks) unlock();
  const measured = {
    runs,
    points,
    'opened (ms)': Math.round(opened),
    'first page (ms)': Math.round(page.ms),
    'table filtered and sorted, grouped (ms)': [table.ms, grouping.ms].map((ms) => Number(ms.toFixed(1))),
    'chart of 50 runs, first time (ms)': [Math.round(cold.ms), Math.round(other.ms)],
    'the same again (ms)': Math.round(warm.ms),
    'from a line to the page, of ten runs (ms)': delays.map(Math.round),
    'in a browser': inBrowser ?? 'there is no Chromium',
    'memory of the server (MB)': { now: Math.round(memory()), most: Math.round(peak()) },
  };
  process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
} finally {
  child.kill('SIGINT');
}
