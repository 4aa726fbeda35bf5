import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { journalFile } from '../studies/study-record.ts';
import { results } from './results.ts';
import { studyRecord } from './study-reader.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-study-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

test('a setting that is left out is called none as in a run, and what repeats a trial says so', () => {
  const best = { epoch: 1, train: {}, valid: { nll: 2 }, test: { nll: 3 } };
  const parameters = { 'training.patience': null, 'model.peephole': true };
  const events = [
    {
      ...{ event: 'study', format: 1, title: 't', metric: 'nll', shown: { metric: 'nll' } },
      ...{ config: { model: { dropout: 'none' } }, space: {} },
    },
    { event: 'trial', number: 1, parameters },
    { event: 'end', number: 1, state: 'complete', best, seconds: 4, reason: '' },
    { event: 'trial', number: 2, parameters, repeats: 1 },
    { event: 'end', number: 2, state: 'complete', best, seconds: 0, reason: '' },
  ];
  fs.writeFileSync(journalFile(folder), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const study = studyRecord(folder);
  expect(study.trials.map(({ repeats }) => repeats)).toEqual([undefined, 1]);
  const { header, rows } = results([], [study]);
  expect(rows[0][header.indexOf('config.training.patience')]).toBe('none');
  expect(rows[0][header.indexOf('config.model.peephole')]).toBe('true');
});
