/** A series of a million rows is learned from in little memory: rows are read as they come, windows are cut as they are needed. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { program } from './searching.mts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-million-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A day of 288 values of five minutes, and noise without a generator. */
function write(file: string, rows: number): void {
  const start = Date.UTC(2020, 0, 1);
  const out = fs.openSync(file, 'w');
  fs.writeSync(out, 'time,load\n');
  for (let from = 0; from < rows; from += 50_000) {
    const lines = Array.from({ length: Math.min(50_000, rows - from) }, (_, i) => {
      const t = from + i;
      const time = new Date(start + t * 300_000).toISOString().slice(0, 16);
      return `${time},${(100 + 20 * Math.sin((2 * Math.PI * t) / 288) + ((t * 7919) % 101) / 100).toFixed(2)}\n`;
    });
    fs.writeSync(out, lines.join(''));
  }
  fs.closeSync(out);
}

/** Trains one epoch of 64 windows in a process of its own; its largest resident memory in MB. */
function trained(file: string, run: string): { code: number | null; text: string; peak: number } {
  const script = `
    process.on('exit', () => console.error('peak ' + process.resourceUsage().maxRSS / 1024));
    await import(${JSON.stringify(pathToFileURL(program).href)});`;
  const options = [
    '--horizon',
    '12',
    '--epochs',
    '1',
    '--hidden',
    '8',
    '--set',
    'windows.epoch=64',
    '--threads',
    '1',
  ];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script, 'x', 'train', `forecast/${file}`, ...options, '--out', run],
    { encoding: 'utf8', cwd: fileURLToPath(new URL('..', import.meta.url)) },
  );
  return { code: status, text: stdout + stderr, peak: Number(/peak ([\d.]+)/.exec(stderr)?.[1]) };
}

it('a million rows of one series train in at most 300 MB more than two thousand', {
  timeout: 300_000,
}, () => {
  const [few, many] = [2000, 1_000_000].map((rows) => {
    const file = path.join(folder, `${rows}.csv`);
    write(file, rows);
    return trained(file, path.join(folder, `run-${rows}`));
  });
  expect(few.text).toContain('done after epoch 1');
  expect(many.text).toContain('done after epoch 1');
  expect([few.code, many.code]).toEqual([0, 0]);
  expect(many.peak - few.peak).toBeLessThan(300);
});
