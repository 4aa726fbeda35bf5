/**
 * What a dashboard costs a training: the same training alone and under an open dashboard (the server, a page in Chromium where there is
 * one, which shows its curves), in turns, and the steps per second of each.
 *
 *   node --import tsx --conditions lethe-source bench/dashboard_cost.mts --rounds 4 -- train music/folk --cell lstm --hidden 100 --epochs 60
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command, launch } from '../test/chromium.mts';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '4' }, 'no-page': { type: 'boolean' } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
const words = positionals.length > 0 ? positionals : ['train', 'music/folk', '--hidden', '100'];
const program = join(import.meta.dirname, '../packages/lab/bin/lethe.js');
const folder = mkdtempSync(join(tmpdir(), 'lethe-cost-'));
const start = (...more: string[]): ChildProcess =>
  spawn(process.execPath, [program, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });

/** Steps per second of the epochs but the first, by the training's own clock. */
async function rateOf(name: string): Promise<number> {
  const run = join(folder, name);
  const child = start(...words, '--out', run);
  child.stdout!.resume();
  const code = await new Promise((done) => child.on('close', done));
  if (code !== 0) throw new Error(`lethe ${words.join(' ')} ended with ${code}`);
  const epochs = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{"event":"epoch"'))
    .map((line) => JSON.parse(line) as { step: number; seconds: number });
  const [first, last] = [epochs[0], epochs.at(-1)!];
  return (last.step - first.step) / (last.seconds - first.seconds);
}

async function opened(): Promise<() => Promise<void>> {
  const child = start('ui', folder, '--port', '0', '--json');
  const url = await new Promise<string>((done) => {
    child.stdout!.once('data', (piece) => done((JSON.parse(String(piece)) as { url: string }).url));
  });
  const browser = command === undefined || values['no-page'] ? undefined : await launch();
  await (await browser?.newPage())?.goto(url);
  // To open is a cost of its own, which is not that of watching.
  await new Promise((done) => setTimeout(done, 3000));
  return async () => {
    await browser?.close();
    child.kill('SIGINT');
    await new Promise((done) => child.on('close', done));
  };
}

try {
  const rates: { alone: number[]; opened: number[] } = { alone: [], opened: [] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of round % 2 === 0 ? (['alone', 'opened'] as const) : (['opened', 'alone'] as const)) {
      const close = kind === 'opened' ? await opened() : undefined;
      rates[kind].push(await rateOf(`${kind}-${round}`));
      await close?.();
    }
  }
  const median = (all: readonly number[]): number => {
    const sorted = all.toSorted((a, b) => a - b);
    return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
  };
  const [alone, open] = [median(rates.alone), median(rates.opened)];
  process.stdout.write(
    `${JSON.stringify({ command: words.join(' '), 'steps/s': rates, median: { alone, opened: open }, 'cost (%)': Number((100 * (1 - open / alone)).toFixed(2)) }, null, 2)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
