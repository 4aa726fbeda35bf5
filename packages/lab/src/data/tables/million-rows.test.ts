import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSeries } from './series.ts';
import { useScratch } from './testing.suite.ts';

const scratch = useScratch();
const count = 1_000_000;

/** Rows of one hourly series, written piece by piece. */
function writeRows(file: string): void {
  const handle = openSync(file, 'w');
  writeSync(handle, 'unique_id,ds,y\n');
  for (let from = 0; from < count; from += 10_000) {
    let text = '';
    for (let i = from; i < from + 10_000; i++) {
      const time = new Date(Date.UTC(1900, 0, 1) + i * 3_600_000).toISOString().slice(0, 19);
      text += `a,${time},${i % 1000}.${i % 10}\n`;
    }
    writeSync(handle, text);
  }
  closeSync(handle);
}

describe('a million rows of one series', () => {
  it('are read into arrays alone: memory stays bounded', async () => {
    const file = path.join(scratch.root, 'million.csv');
    writeRows(file);
    const before = process.memoryUsage().rss;
    const data = await readSeries(file);
    const grown = process.memoryUsage().rss - before;
    expect(data.series[0].length).toBe(count);
    expect(data.frequency.name).toBe('hourly');
    expect(data.series[0].values[999_999]).toBe(999.9);
    // Three columns of numbers, flags, lines, the grid: some 60 bytes a row, and twice that while arrays grow.
    expect(grown).toBeLessThan(400e6);
  });
});
