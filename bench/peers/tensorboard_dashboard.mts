/**
 * TensorBoard over the runs that `bench/dashboard.mts` made: writes their curves as event files (`--to`, kept if they are there), starts the
 * program, and measures when it is open, when all runs are read, and a chart of fifty of them; and its memory.
 *
 *   node --import tsx --conditions lethe-source bench/peers/tensorboard_dashboard.mts --runs /tmp/many-runs --to /tmp/many-events \
 *     --program /path/to/venv/bin/tensorboard
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { eventFile } from '../../packages/lab/src/exchange/tensorboard/events.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string' }, to: { type: 'string' }, program: { type: 'string' } },
});
const { runs, to, program } = values;
if (!runs || !to || !program) throw new Error('--runs DIR, --to DIR and --program FILE are needed');

const names = readdirSync(runs).sort();
for (const name of names) {
  if (existsSync(join(to, name))) continue;
  const file = eventFile(1_700_000_000);
  for (const line of readFileSync(join(runs, name, 'metrics.jsonl'), 'utf8').split('\n')) {
    if (!line.startsWith('{"event":"epoch"')) continue;
    const { epoch, seconds, train, valid } = JSON.parse(line);
    const at = { step: epoch, time: 1_700_000_000 + seconds };
    file.scalar('train/nll_per_step', train.nll_per_step, at);
    file.scalar('valid/nll_per_step', valid.nll_per_step, at);
    file.scalar('valid/nll_per_sequence_mean', valid.nll_per_sequence_mean, at);
  }
  mkdirSync(join(to, name), { recursive: true });
  writeFileSync(join(to, name, 'events.out.tfevents.1700000000.bench'), file.content());
}

const port = 16_106;
const origin = `http://127.0.0.1:${port}`;
const began = performance.now();
const child = spawn(program, ['--logdir', to, '--port', String(port), '--host', '127.0.0.1'], {
  stdio: 'ignore',
  detached: true,
});
const since = (from: number): number => Math.round(performance.now() - from);
const json = async (path: string, init?: RequestInit): Promise<unknown> =>
  (await fetch(origin + path, init)).json();
const timeSeries = '/experiment/defaultExperimentId/data/plugin/timeseries/timeSeries';
const chart = async (): Promise<{ run: string; points: number }[]> => {
  const form = new FormData();
  form.set('requests', JSON.stringify([{ plugin: 'scalars', tag: 'valid/nll_per_step' }]));
  const [{ runToSeries }] = (await json(timeSeries, { method: 'POST', body: form })) as {
    runToSeries: Record<string, unknown[]>;
  }[];
  return Object.entries(runToSeries ?? {}).map(([run, series]) => ({ run, points: series.length }));
};
const until = async (isDone: () => Promise<boolean>): Promise<number> => {
  while (since(began) < 110_000) {
    if (await isDone().catch(() => false)) return since(began);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return Number.NaN;
};
/** Megabytes of the program and of what it started. */
function memory(): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]));
    } catch {
      // gone
    }
  }
  const isOurs = (pid: number): boolean => pid === child.pid || (pid > 1 && isOurs(parents.get(pid) ?? 0));
  let sum = 0;
  for (const pid of parents.keys()) {
    if (!isOurs(pid)) continue;
    sum += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  }
  return Math.round(sum);
}

try {
  const opened = await until(async () => (await fetch(`${origin}/`)).ok);
  const first = await until(async () => (await chart()).length >= Math.min(50, names.length));
  const all = await until(async () => (await chart()).length === names.length);
  const asked = performance.now();
  const series = await chart();
  const measured = {
    runs: names.length,
    'opened (ms)': opened,
    'a curve of fifty runs is there (ms after the start)': first,
    'of all runs (ms after the start)': all,
    'that chart again, of all runs (ms)': since(asked),
    'points of a curve that it keeps': Math.max(...series.map(({ points }) => points)),
    'memory (MB)': memory(),
  };
  process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
} finally {
  if (child.pid) process.kill(-child.pid, 'SIGTERM');
}
