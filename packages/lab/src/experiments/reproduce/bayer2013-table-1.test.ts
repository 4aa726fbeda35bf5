/** Table 1 of Bayer et al. (2013) from studies that are there. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSearch } from '../search/search-file.ts';
import { publishedRows, type Searched, searches, searchSettings } from './bayer2013-data-sets.ts';
import { bayer2013Table1 } from './bayer2013-table-1.ts';
import { contextIn } from './context.suite.ts';
import { finishedStudy } from './trainings.ts';

let parent: string;
beforeAll(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-table-1-'));
});
afterAll(() => fs.rmSync(parent, { recursive: true, force: true }));

test('every search of the table is there and takes the settings of each data set; NADEs stand with dependent notes', () => {
  for (const [method, { notes, ...search }] of Object.entries(searches)) {
    expect(/nade/.test(method)).toBe(notes === 'dependent');
    for (const { dataset } of publishedRows) {
      const { set, base } = readSearch(search.target, searchSettings(dataset, method as Searched));
      expect(set.dataset ?? 'jsb-chorales').toBe(dataset);
      expect(/nade/.test(base)).toBe(notes === 'dependent');
    }
  }
});

test('figures stand with and without the first frame', async () => {
  const file = path.join(parent, 'tiny.yaml');
  const of = (readout: string): string =>
    `title: tiny\nbase: music/folk\nset: { model.hidden: 4, model.maxIncoming: none, training.epochs: 1, model.readout: '${readout}' }\nspace: { optimizer.stepRate: { choice: [.001] } }\n`;
  const context = contextIn(path.join(parent, 'runs'));
  for (const [study, readout] of [
    ['jsb-chorales-nade-fast', 'nade:hidden=4'],
    ['jsb-chorales-deep', 'bernoulli'],
  ]) {
    fs.writeFileSync(file, of(readout));
    await finishedStudy(study, file, [], { ...context, trainings: { ...context.trainings, trials: 1 } });
  }
  const collect = { ...context, trainings: { ...context.trainings, collect: true } };
  const { tables } = (await bayer2013Table1.make(collect))!;
  const row = (table: number) => tables![table].rows.find(([name]) => name === 'JSB Chorales')!;
  const both = expect.stringMatching(/^\d+\.\d\d \/ \d+\.\d\d$/);
  const none = 'not run';
  expect(row(0)).toEqual(['JSB Chorales', none, '8.01', none, none, '8.58', both, '7.92']);
  expect(row(1)).toEqual(['JSB Chorales', none, '5.19', none, both]);
  expect(tables![2].rows).toHaveLength(publishedRows.length * Object.keys(searches).length);
}, 60_000);
