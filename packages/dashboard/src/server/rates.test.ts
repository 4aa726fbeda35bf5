/** Rates under a schedule, as curves of a run. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunPage, Series } from '../shared/api.ts';
import { movingRates } from './rates.ts';
import { epoch, makeRun, openApp } from './testing.suite.ts';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-rates-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

describe('the rates of a run', () => {
  it('are columns of it where a schedule moves them, by the steps that were done', async () => {
    const gamma = 0.1;
    const events = [epoch(1, 3, 4, true), epoch(2, 2, 3, true)];
    makeRun(root, 'moving', events, [`model.dropout=curriculum:gamma=${gamma}+naive:input=.2,output=.5`]);
    makeRun(root, 'still', events, ['model.dropout=naive:input=.2,output=.5']);
    const { get, id } = await openApp(root);
    const page = async (name: string) => (await (await get(`/api/runs/${id(name)}`)).json()) as RunPage;
    const rates = (await page('moving')).columns.filter((key) => key.startsWith('rates.'));
    expect(rates).toHaveLength(2);
    expect((await page('still')).columns.filter((key) => key.startsWith('rates.'))).toEqual([]);
    const [output] = rates.filter((key) => key.startsWith('rates.output'));
    const query = new URLSearchParams({ runs: id('moving'), y: output, x: 'epoch' });
    const [series] = (await (await get(`/api/series?${query}`)).json()) as Series[];
    // rate (1 - e^(-gamma t)) at the steps 2 and 4 of the two epochs
    expect(series.y).toEqual([2, 4].map((t) => -0.5 * Math.expm1(-gamma * t)));
    const none = await get(`/api/series?${new URLSearchParams({ runs: id('still'), y: output })}`);
    expect((await none.json()) as Series[]).toMatchObject([{ y: [] }]);
  });

  it('are none of words that are no method', () => {
    for (const words of ['nonsense:a=b', 3, undefined, 'none', 'curriculum'])
      expect(movingRates(words).size).toBe(0);
  });
});
