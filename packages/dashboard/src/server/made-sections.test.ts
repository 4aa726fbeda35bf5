import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MadeSections } from './made-sections.ts';
import { makeRun } from './testing.suite.ts';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-made-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

describe('sections of runs', () => {
  const counting = () => {
    const made = new MadeSections();
    let count = 0;
    return (directory: string): number => {
      made.of(directory, () => {
        count++;
        return { sections: [], pictures: [] };
      });
      return count;
    };
  };

  it('are made once for all pictures of a page, and anew when a file of the run or of its folders changes', () => {
    const directory = makeRun(root, 'one');
    const made = counting();
    expect([1, 2, 3].map(() => made(directory))).toEqual([1, 1, 1]);
    const sample = path.join(directory, 'samples', 'seed-1.txt');
    fs.writeFileSync(sample, 'la');
    expect([made(directory), made(directory)]).toEqual([2, 2]);
    // As long as before, and later.
    fs.writeFileSync(sample, 'do');
    fs.utimesSync(sample, 1, 1);
    expect([made(directory), made(directory)]).toEqual([3, 3]);
    fs.appendFileSync(path.join(directory, 'metrics.jsonl'), '{}\n');
    expect(made(directory)).toBe(4);
    fs.rmSync(sample);
    expect(made(directory)).toBe(5);
  });

  it('are kept of the runs that were looked at last', () => {
    const runs = Array.from({ length: 9 }, (_, i) => makeRun(root, `many-${i}`));
    const made = counting();
    for (const run of runs) made(run);
    // Eight are kept: the first is not.
    expect([made(runs[8]), made(runs[1]), made(runs[0])]).toEqual([9, 9, 10]);
  });
});
