import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type JournalEvent, openJournal, readJournal } from './journal.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-journal-'));
  file = path.join(directory, 'journal.jsonl');
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(directory, { recursive: true });
});

const event = (number: number): JournalEvent => ({ event: 'trial', number, parameters: {} });

test('an event is on the disk when it was added', () => {
  const journal = openJournal(file);
  const seen: number[] = [];
  const { fsyncSync } = fs;
  vi.spyOn(fs, 'fsyncSync').mockImplementation((handle) => {
    // What is there when the system is asked to keep it.
    seen.push(readJournal(file).length);
    fsyncSync(handle);
  });
  journal.append(event(1));
  expect(seen).toEqual([1]);
  journal.append(event(2));
  expect(seen).toEqual([1, 2]);
  journal.close();
});

test('a line that a kill tore off is taken away before the next is added', () => {
  fs.writeFileSync(file, `${JSON.stringify(event(1))}\n{"event":"tri`);
  expect(readJournal(file)).toEqual([event(1)]);
  const journal = openJournal(file);
  journal.append(event(2));
  journal.close();
  expect(readJournal(file)).toEqual([event(1), event(2)]);
});
