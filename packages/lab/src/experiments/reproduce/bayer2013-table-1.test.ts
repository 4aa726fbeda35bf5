/** Table 1 of Bayer et al. (2013) from studies that are there. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Metrics } from '../../runs/task.ts';
import { readSearch } from '../search/search-file.ts';
import { Study } from '../search/study.ts';
import { searchPlan } from '../search/trial-plan.ts';
import { publishedRows, type Searched, searches, searchSettings, targetOf } from './bayer2013-data-sets.ts';
import { bayer2013Table1 } from './bayer2013-table-1.ts';
import { contextIn } from './context.suite.ts';

let parent: string;
beforeAll(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-table-1-'));
});
afterAll(() => fs.rmSync(parent, { recursive: true, force: true }));

test('every search of the table is there and takes the settings of each data set; NADEs stand with dependent notes', () => {
  for (const [method, { notes }] of Object.entries(searches)) {
    expect(/nade/.test(method)).toBe(notes === 'dependent');
    for (const { dataset } of publishedRows) {
      const search = method as Searched;
      const { set, base } = readSearch(targetOf(dataset, search), searchSettings(dataset, search));
      expect(set.dataset ?? 'jsb-chorales').toBe(dataset);
      expect(/nade/.test(base)).toBe(notes === 'dependent');
    }
  }
});

test('figures stand with and without the first frame', async () => {
  const runs = path.join(parent, 'runs');
  keepStudy(runs, 'nade-fast', { nll_per_step: 5.316, nll_per_step_with_first: 5.294 });
  keepStudy(runs, 'deep', { nll_per_step: 8.071, nll_per_step_with_first: 15.111 });
  const context = contextIn(runs);
  const collect = { ...context, trainings: { ...context.trainings, collect: true } };
  const { tables } = (await bayer2013Table1.make(collect))!;
  const row = (table: number) => tables![table].rows.find(([name]) => name === 'JSB Chorales')!;
  const none = 'not run';
  expect(row(0)).toEqual(['JSB Chorales', none, '8.01', none, none, '8.58', none, '8.07 / 15.11', '7.92']);
  expect(row(1)).toEqual(['JSB Chorales', none, '5.19', none, '5.32 / 5.29']);
  expect(tables![2].rows).toHaveLength(publishedRows.length * Object.keys(searches).length);
});

// --- internal ---

/** A study of chorales with one trial that came to its end with these figures. */
function keepStudy(runs: string, method: Searched, test: Metrics): void {
  const dataset = 'jsb-chorales';
  const search = readSearch(targetOf(dataset, method), searchSettings(dataset, method));
  const study = new Study(path.join(runs, `${dataset}-${method}`), searchPlan(search, 1));
  const { number, parameters } = study.ask(1)!;
  study.started(number, parameters);
  const best = { epoch: 1, train: test, valid: test, test };
  study.tell(number, { state: 'complete', best, seconds: 1, reason: 'all epochs' });
  study.close();
}
