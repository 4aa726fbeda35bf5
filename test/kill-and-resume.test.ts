/**
 * The promise of a run directory, kept by real processes: a run killed with SIGKILL and resumed ends with the
 * bytes of the run that was left alone, and the number of threads changes none of them.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { program } from './searching.mts';

const folder = mkdtempSync(join(tmpdir(), 'lethe-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const settings = [
  ...['--hidden', '24', '--dropout', 'fast:input=.1,recurrent=.3,output=.5', '--epochs', '4', '--seed', '7'],
  ...['--set', 'training.batch=4', '--set', 'training.chunk=20', '--set', 'training.checkpointEvery=0'],
  ...['--set', 'model.maxIncoming=10', '--json'],
];

/** Runs the command; `onLine` may kill it. */
function lethe(
  args: string[],
  onLine: (line: string, kill: () => void) => void = () => {},
): Promise<number | null> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let rest = '';
  child.stdout.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line, () => child.kill('SIGKILL'));
  });
  return new Promise((resolve) => child.on('close', resolve));
}

const train = (name: string, threads: number, onLine?: Parameters<typeof lethe>[1]) =>
  lethe(['train', 'music/folk', '--out', join(folder, name), '--threads', `${threads}`, ...settings], onLine);
const bytes = (name: string, file: string) => readFileSync(join(folder, name, 'checkpoints', file));

it('ends with the same bytes with 1 and 2 threads, and when killed in mid-epoch and resumed', async () => {
  expect(await train('whole', 2)).toBe(0);
  expect(await train('single', 1)).toBe(0);
  let killed = false;
  const code = await train('killed', 2, (line, kill) => {
    if (JSON.parse(line).event !== 'epoch' || killed) return;
    killed = true;
    // a checkpoint is written after every step: some milliseconds later the second epoch is under way
    setTimeout(kill, 60);
  });
  expect(code).toBeNull();
  expect(await lethe(['resume', join(folder, 'killed'), '--json'])).toBe(0);
  for (const file of ['last.safetensors', 'best.safetensors']) {
    expect(bytes('single', file).equals(bytes('whole', file)), `${file}, one thread`).toBe(true);
    expect(bytes('killed', file).equals(bytes('whole', file)), `${file}, killed and resumed`).toBe(true);
  }
}, 120_000);
