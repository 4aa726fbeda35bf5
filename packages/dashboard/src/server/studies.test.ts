/** Studies as pages have them: a sweep with its surfaces and points, a search without. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { resolveConfig } from '@lethe/lab/internal';
import { afterAll, describe, expect, it } from 'vitest';
import type { StudyPage } from '../shared/api.ts';
import { lines, openApp } from './testing.suite.ts';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-studies-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const rates = [0, 0.6];
const metric = 'nll_per_step';
/** The journal of a study over two rates, one trial each pair, with `plan` where it is a sweep. */
function journal(name: string, plan?: object): void {
  const space = { 'dropout.recurrent': { choice: rates }, 'dropout.input': { choice: rates } };
  const points = rates.flatMap((recurrent) => rates.map((input) => [recurrent, input]));
  const trials = points.flatMap(([recurrent, input], i): object[] => {
    const nll = { [metric]: 8 + recurrent - input / 2 };
    const best = { epoch: 1, train: nll, valid: nll, test: nll };
    return [
      {
        ...{ event: 'trial', number: i + 1 },
        parameters: { 'dropout.recurrent': recurrent, 'dropout.input': input, seed: 1 },
      },
      { event: 'report', number: i + 1, epoch: 1, train: nll, valid: nll, seconds: 1 },
      { event: 'end', number: i + 1, state: 'complete', reason: 'all epochs', best, seconds: 1 },
    ];
  });
  const about = {
    ...{ event: 'study', format: 1, created: '2026-01-01T00:00:00.000Z', title: name, seed: 1 },
    ...{ base: 'music/folk', set: {}, space, config: resolveConfig('music/folk'), metric },
    shown: { metric, label: 'NLL', unit: 'NLL per time step, natural log' },
    ...(plan && { plan }),
  };
  fs.mkdirSync(path.join(root, name));
  fs.writeFileSync(path.join(root, name, 'journal.jsonl'), lines([about, ...trials]));
}

describe('the page of a study', () => {
  const axes = [
    { key: 'dropout.recurrent', values: rates, base: 0 },
    { key: 'dropout.input', values: rates, base: 0 },
  ];
  journal('sweep', { kind: 'sweep', axes, alone: false });
  journal('search');

  it('has the surfaces of a sweep, with numbers, and its points, the best first', async () => {
    const { get, library } = await openApp(root);
    const { id } = library.studies.find(({ name }) => name.startsWith('sweep'))!;
    const { sections } = (await (await get(`/api/studies/${id}`)).json()) as StudyPage;
    const [pictures, points] = sections;
    expect(pictures.parts.map((part) => (part.kind === 'picture' ? part.title : part.kind))).toEqual([
      'Validation over dropout.recurrent and dropout.input',
      'Test over dropout.recurrent and dropout.input',
      'Validation along dropout.recurrent, by dropout.input',
      'Validation along dropout.input, by dropout.recurrent',
    ]);
    const table = points.parts.find((part) => part.kind === 'table')!;
    // 8 + 0 - .6 / 2 is the least.
    expect(table.rows[0].slice(0, 2)).toEqual(['0', '0.6']);
    const [first] = pictures.parts;
    if (first.kind !== 'picture') throw new Error('expected a picture');
    const svg = await get(first.src);
    expect(svg.headers.get('content-type')).toBe('image/svg+xml');
    expect(await svg.text()).toMatch(/^<svg/);
    expect((await (await get(first.csv)).text()).split('\n')).toHaveLength(6);
    expect((await get(`/api/studies/${id}/pictures/99.svg`)).status).toBe(404);
    expect((await get('/api/studies/nobody/pictures/0.svg')).status).toBe(404);
  });

  it('ranks the trials of a search by the metric that decides, and says by which where another is shown', async () => {
    journal('unsure');
    const file = path.join(root, 'unsure', 'journal.jsonl');
    const [about, ...events] = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
    // The trials' NLL are 8, 7.7, 8.6 and 8.3; shown is an accuracy in the opposite order.
    const turned = events.map((line) =>
      line.replaceAll(/"nll_per_step":([\d.]+)/g, (_, nll) => `"nll":${nll},"accuracy":${Number(nll) / 10}`),
    );
    const shown = { metric: 'accuracy', label: 'accuracy', unit: 'share' };
    const first = JSON.stringify({ ...JSON.parse(about), metric: 'nll', shown });
    fs.writeFileSync(file, `${[first, ...turned].join('\n')}\n`);
    const { get, library } = await openApp(root);
    const pageOf = async (name: string): Promise<StudyPage> => {
      const { id } = library.studies.find((one) => one.name.startsWith(name))!;
      return (await get(`/api/studies/${id}`)).json() as Promise<StudyPage>;
    };
    const unsure = await pageOf('unsure');
    expect(unsure.trials.map(({ rank }) => rank)).toEqual([1, 0, 3, 2]);
    expect(unsure.deciding).toBe(' of NLL (nats)');
    expect((await pageOf('search')).deciding).toBe('');
    fs.rmSync(path.join(root, 'unsure'), { recursive: true });
  });

  it('gives a picture another address when another trial has changed it, and the same one else', async () => {
    journal('growing', { kind: 'sweep', axes, alone: false });
    const file = path.join(root, 'growing', 'journal.jsonl');
    const content = fs.readFileSync(file, 'utf8');
    const all = content.trimEnd().split('\n');
    fs.writeFileSync(file, `${all.slice(0, -3).join('\n')}\n`);
    const { get, library } = await openApp(root);
    const { id } = library.studies.find(({ name }) => name.startsWith('growing'))!;
    const addresses = async (): Promise<string[]> => {
      const { sections } = (await (await get(`/api/studies/${id}`)).json()) as StudyPage;
      return sections[0].parts.map((part) => (part.kind === 'picture' ? part.src : ''));
    };
    const before = await addresses();
    await library.follow();
    expect(await addresses()).toEqual(before);
    fs.writeFileSync(file, content);
    await library.follow();
    const after = await addresses();
    expect(after.map((one) => one.replace(/\?.*/, ''))).toEqual(before.map((one) => one.replace(/\?.*/, '')));
    for (const [i, one] of after.entries()) expect(one).not.toBe(before[i]);
    fs.rmSync(path.join(root, 'growing'), { recursive: true });
  });

  it('says of studies and runs that cannot be read why they are left out, again and again, and tells when one is gone', async () => {
    const { library, feed } = await openApp(root);
    fs.mkdirSync(path.join(root, 'broken'));
    fs.writeFileSync(path.join(root, 'broken', 'journal.jsonl'), '{}\n');
    fs.mkdirSync(path.join(root, 'bare'));
    fs.writeFileSync(path.join(root, 'bare', 'metrics.jsonl'), '');
    const { id } = library.studies.find(({ name }) => name.startsWith('sweep'))!;
    const journalOf = path.join(root, 'sweep', 'journal.jsonl');
    const content = fs.readFileSync(journalOf);
    const told: unknown[] = [];
    const stop = feed.listen((message) => told.push(message.event));
    fs.rmSync(journalOf);
    for (let round = 0; round < 2; round++) {
      await library.scan();
      await library.follow();
      expect(library.leftOut).toEqual([
        { path: 'bare', reason: 'a history, metrics.jsonl, without the config.json of its run' },
        { path: 'broken', reason: expect.stringContaining('journal.jsonl') },
      ]);
    }
    expect(told).toEqual([{ type: 'gone', id }]);
    stop();
    fs.writeFileSync(journalOf, content);
    for (const name of ['broken', 'bare']) fs.rmSync(path.join(root, name), { recursive: true });
  });

  it('knows a study that was made anew with a journal of the same length, and tells when one cannot be read any more', async () => {
    const { library, feed } = await openApp(root);
    const { id } = library.studies.find(({ name }) => name.startsWith('sweep'))!;
    const journalOf = path.join(root, 'sweep', 'journal.jsonl');
    const content = fs.readFileSync(journalOf, 'utf8');
    await library.follow();
    const told: unknown[] = [];
    const stop = feed.listen((message) => told.push(message.event));
    const title = (JSON.parse(content.split('\n')[0]) as { title: string }).title;
    const other = [...title].reverse().join('');
    expect(other).not.toBe(title);
    fs.writeFileSync(journalOf, content.replace(JSON.stringify(title), JSON.stringify(other)));
    await library.follow();
    expect(told).toMatchObject([{ type: 'study', row: { id, name: `${other} (sweep)` } }]);
    fs.writeFileSync(journalOf, '{}\n');
    await library.follow();
    expect(told.slice(1)).toEqual([{ type: 'gone', id }]);
    stop();
    fs.writeFileSync(journalOf, content);
  });

  it('leaves a search to its own pictures', async () => {
    const { get, library } = await openApp(root);
    const { id } = library.studies.find(({ name }) => name.startsWith('search'))!;
    const page = (await (await get(`/api/studies/${id}`)).json()) as StudyPage;
    expect(page.sections).toEqual([]);
    expect(page.trials).toHaveLength(4);
  });
});
