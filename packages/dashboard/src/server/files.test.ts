/** What lies in the directory: links, hostile names and figures, histories of any size and kind. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Inside } from '../files/inside.ts';
import type { RunList, RunPage, Series, ServerEvent } from '../shared/api.ts';
import { Library } from './library.ts';
import { epoch, lines, makeRun, type Opened, openApp } from './testing.suite.ts';

let base: string;
let root: string;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-files-'));
  root = path.join(base, 'runs');
  fs.mkdirSync(root);
  fs.writeFileSync(path.join(base, 'secret.txt'), 'the secret of this machine');
});
afterEach(() => fs.rmSync(base, { recursive: true }));

/** Looks for what is new. */
const follow = ({ library }: Opened) => library.follow();
const list = async (opened: Opened): Promise<RunList> =>
  (await opened.get('/api/runs')).json() as Promise<RunList>;
const rowOf = async (opened: Opened, name: string) =>
  (await list(opened)).runs.find((row) => row.name === name)!;
const valid = async (opened: Opened, name: string): Promise<Series> => {
  const response = await opened.get(`/api/series?runs=${opened.id(name)}&y=valid.nll_per_step`);
  return ((await response.json()) as Series[])[0];
};

describe('a path in a request', () => {
  it.each([
    '../secret.txt',
    '..%2fsecret.txt',
    '%2e%2e%2fsecret.txt',
    '..%252fsecret.txt',
    '%252e%252e%252fsecret.txt',
    '..%5csecret.txt',
    '....//secret.txt',
    '%00secret.txt',
    '/etc/passwd',
    'file:%2f%2f%2fetc%2fpasswd',
  ])('%s reaches nothing, wherever it stands', async (wanted) => {
    makeRun(root, 'run', [epoch(1, 2, 3, true)]);
    const opened = await openApp(root);
    const id = opened.id('run');
    for (const address of [
      ...[`/${wanted}`, `/assets/${wanted}`, `/api/runs/${wanted}`, `/api/studies/${wanted}`],
      ...[
        `/api/runs/${id}/pictures/${wanted}`,
        `/api/runs/${id}/../${wanted}`,
        `/api/series?y=a&runs=${wanted}`,
      ],
    ]) {
      const response = await opened.get(address);
      const text = await response.text();
      expect(text, address).not.toMatch(/secret of this|root:/);
      expect([403, 404, 422], address).toContain(response.status);
    }
    const named = await opened.post('/api/start', {
      target: 'music/folk',
      name: decodeURIComponent(wanted.replace(/%00/g, '')),
    });
    expect(named.status).toBe(422);
    expect(fs.readdirSync(base).sort()).toEqual(['runs', 'secret.txt']);
  });
});

describe('a link', () => {
  it('that leads out of the directory is not followed, and said to be left out', async () => {
    const outside = path.join(base, 'outside');
    makeRun(outside, 'run', [epoch(1, 2, 3)]);
    fs.symlinkSync(outside, path.join(root, 'link'));
    const opened = await openApp(root);
    const { runs, leftOut } = await list(opened);
    expect(runs).toEqual([]);
    expect(leftOut).toEqual([{ path: 'link', reason: 'a link that leads out of the directory' }]);
  });

  it('in the place of a file of a run opens nothing', async () => {
    for (const name of ['config.json', 'metrics.jsonl', 'environment.json', 'log.txt', 'samples/a.txt']) {
      const directory = makeRun(root, name.replace(/\W/g, '-'), [epoch(1, 2, 3)]);
      const file = path.join(directory, name);
      fs.rmSync(file, { force: true });
      fs.symlinkSync(path.join(base, 'secret.txt'), file);
    }
    const opened = await openApp(root);
    const { runs } = await list(opened);
    expect(runs).toHaveLength(5);
    for (const { id, name } of runs) {
      const response = await opened.get(`/api/runs/${id}`);
      expect(response.status, name).toBe(200);
      expect(await response.text(), name).not.toContain('the secret');
    }
    expect((await rowOf(opened, 'config-json')).state).toBe('unreadable');
  });
});

describe('names, figures and samples of hostile runs', () => {
  const script = '<img src=x onerror="alert(1)"><script>alert(1)</script>';

  it('are data in JSON, never a document', async () => {
    const name = 'a"b\'<svg onload=alert(1)>&`x`';
    const directory = makeRun(root, name, [
      { ...epoch(1, 2, 3, true), valid: { [script]: 1, nll_per_step: 3, __proto__: 4 } },
      { event: 'observe', name: script, epoch: 1, step: 2, values: { [script]: 1 } },
    ]);
    fs.writeFileSync(path.join(directory, 'samples', 'evil.txt'), script);
    fs.writeFileSync(path.join(directory, 'log.txt'), script);
    const opened = await openApp(root);
    const id = opened.id(name);
    const response = await opened.get(`/api/runs/${id}`);
    expect(response.headers.get('content-type')).toContain('application/json');
    const page = (await response.json()) as RunPage;
    expect(page.row.name).toBe(name);
    expect(page.columns).toContain(`valid.${script}`);
    expect(page.sections[0].parts).toContainEqual({ kind: 'document', title: 'evil.txt', content: script });
    expect(({} as { nll_per_step?: number }).nll_per_step).toBeUndefined();
  });

  it('with line breaks and control characters are shown under their own id', async () => {
    const names = ['line\nbreak', '\u001b[31mred', 'ünï—☃', '-rf', 'a'.repeat(200)];
    for (const name of names) makeRun(root, name, [epoch(1, 2, 3)]);
    const opened = await openApp(root);
    const { runs } = await list(opened);
    expect(runs.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(new Set(runs.map(({ id }) => id)).size).toBe(names.length);
  });
});

describe('a history', () => {
  it('of a gigabyte without a line is passed over in bounded memory and time', {
    timeout: 120_000,
  }, async () => {
    const directory = makeRun(root, 'run');
    const file = path.join(directory, 'metrics.jsonl');
    fs.truncateSync(file, 1e9);
    fs.appendFileSync(file, `\n${lines([epoch(1, 2, 3, true)])}`);
    const before = process.memoryUsage().rss;
    const opened = await openApp(root);
    expect((await rowOf(opened, 'run')).reading).toBe(true);
    const series = await valid(opened, 'run');
    expect(series).toMatchObject({ x: [1], y: [3] });
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(200);
    for (let round = 0; (await rowOf(opened, 'run')).reading; round++) {
      expect(round).toBeLessThan(2000);
      await follow(opened);
    }
    const { best, notes } = await rowOf(opened, 'run');
    expect(best['valid.nll_per_step']).toBe(3);
    expect(notes).toEqual(['metrics.jsonl: a line is longer than a megabyte and left out.']);
  });

  it('of garbage says how many lines are left out, and shows the rest', async () => {
    const directory = makeRun(root, 'run', [epoch(1, 5, 6, true)]);
    const file = path.join(directory, 'metrics.jsonl');
    const random = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)).filter(
      (byte) => byte !== 10,
    );
    fs.appendFileSync(
      file,
      Buffer.concat([random, Buffer.from('\n[]\nnull\n{"event":"epoch","epoch":"x"}\n{"event":5}\n{\n')]),
    );
    fs.appendFileSync(file, `{"event":"epoch","epoch":1e999,"train":{}}\n${lines([epoch(2, 3, 4, true)])}`);
    const opened = await openApp(root);
    expect(await valid(opened, 'run')).toMatchObject({ x: [1, 2], y: [6, 4] });
    const row = await rowOf(opened, 'run');
    expect(row).toMatchObject({
      bestEpoch: 2,
      epoch: 2,
      notes: ['metrics.jsonl: 7 lines are no events of a training and left out.'],
    });
  });

  it('that grows while it is read is read on, and a torn line waits for its end', async () => {
    const directory = makeRun(root, 'run', [epoch(1, 5, 6, true)]);
    const file = path.join(directory, 'metrics.jsonl');
    const opened = await openApp(root);
    await valid(opened, 'run');
    const [second, third] = [lines([epoch(2, 4, 5, true)]), lines([epoch(3, 3, 4, true)])];
    fs.appendFileSync(file, second.slice(0, 20));
    expect((await valid(opened, 'run')).x).toEqual([1]);
    fs.appendFileSync(file, second.slice(20) + third);
    expect(await valid(opened, 'run')).toMatchObject({ x: [1, 2, 3], y: [6, 5, 4] });
    const told: unknown[] = [];
    opened.feed.listen(({ event }) => told.push(event));
    for (let round = 0; round < 5; round++) await follow(opened);
    expect(told).toMatchObject([
      {
        type: 'run',
        row: { epoch: 3, bestEpoch: 3 },
        points: [
          { epoch: 2, 'valid.nll_per_step': 5 },
          { epoch: 3, 'valid.nll_per_step': 4 },
        ],
      },
    ]);
  });

  it('tells of what was observed after an epoch in its row, without figures that nobody measured', async () => {
    const directory = makeRun(root, 'run', [epoch(1, 5, 6, true)]);
    const opened = await openApp(root);
    const told: ServerEvent[] = [];
    opened.feed.listen(({ event }) => told.push(event));
    const observed = { event: 'observe', name: 'radius', epoch: 2, step: 4, values: { rnn: 1.5 } };
    fs.appendFileSync(path.join(directory, 'metrics.jsonl'), lines([epoch(2, 4, null), observed]));
    for (let round = 0; round < 5; round++) await follow(opened);
    const figures = { ...{ 'train.nll_per_step': 4, 'valid.nll_per_step': null }, 'observe.radius.rnn': 1.5 };
    expect(told).toMatchObject([{ points: [{ epoch: 2, step: 4, ...figures }] }]);
  });

  it('that is taken back and written anew, as resume does, is read anew', async () => {
    const directory = makeRun(root, 'run', [epoch(1, 5, 6, true), epoch(2, 4, 1, true)]);
    const file = path.join(directory, 'metrics.jsonl');
    const opened = await openApp(root);
    expect((await valid(opened, 'run')).y).toEqual([6, 1]);
    fs.writeFileSync(
      `${file}.new`,
      lines([epoch(1, 5, 6, true), epoch(2, 4, 5, true), epoch(3, 4, 4.5, true)]),
    );
    fs.renameSync(`${file}.new`, file);
    expect((await valid(opened, 'run')).y).toEqual([6, 5, 4.5]);
    for (let round = 0; round < 5; round++) await follow(opened);
    expect((await rowOf(opened, 'run')).best['valid.nll_per_step']).toBe(4.5);
  });

  it('in the place of one that was removed is another, though the system gives it the same number', async () => {
    const told: ServerEvent[] = [];
    const first = [epoch(1, 5, 6, true), epoch(2, 4, 1, true), epoch(3, 4, 2)];
    const directory = makeRun(root, 'run', first, ['model.hidden=5']);
    const file = path.join(directory, 'metrics.jsonl');
    const opened = await openApp(root);
    opened.feed.listen(({ event }) => told.push(event));
    expect((await valid(opened, 'run')).y).toEqual([6, 1, 2]);
    // Written over: what a file that is made right after another was removed comes to, number and all.
    fs.writeFileSync(
      file,
      lines([epoch(1, 7, 8, true), epoch(2, 7, 7, true), epoch(3, 6, 5, true), epoch(4, 5, 4)]),
    );
    const config = path.join(directory, 'config.json');
    fs.writeFileSync(config, fs.readFileSync(config, 'utf8').replace('"hidden":5', '"hidden":77'));
    expect((await valid(opened, 'run')).y).toEqual([8, 7, 5, 4]);
    for (let round = 0; round < 5; round++) await follow(opened);
    expect(await rowOf(opened, 'run')).toMatchObject({
      ...{ epoch: 4, bestEpoch: 3, best: { 'valid.nll_per_step': 5 } },
      config: { 'model.hidden': 77 },
    });
    // Its curves are read anew: the points behind those of the other would make one of two.
    expect(told).toMatchObject([{ type: 'run', anew: true }]);
    expect(told[0]).not.toHaveProperty('points');
  });

  it('has the limits that resume has written since it was found', async () => {
    const directory = makeRun(root, 'run', [epoch(1, 5, 6, true)], ['training.epochs=3']);
    const opened = await openApp(root);
    expect((await rowOf(opened, 'run')).config['training.epochs']).toBe(3);
    const config = path.join(directory, 'config.json');
    const text = fs.readFileSync(config, 'utf8').replace('"epochs":3', '"epochs":300');
    fs.writeFileSync(`${config}.new`, text);
    fs.renameSync(`${config}.new`, config);
    for (let round = 0; round < 5; round++) await follow(opened);
    expect((await rowOf(opened, 'run')).config['training.epochs']).toBe(300);
  });

  it('that is removed takes its run off the table, and the others stay', async () => {
    const directory = makeRun(root, 'gone', [epoch(1, 5, 6)]);
    makeRun(root, 'stays', [epoch(1, 5, 6)]);
    const opened = await openApp(root);
    const id = opened.id('gone');
    fs.rmSync(directory, { recursive: true });
    expect(await valid(opened, 'gone')).toMatchObject({ x: [], count: 0 });
    for (let round = 0; round < 5; round++) await follow(opened);
    expect((await list(opened)).runs.map(({ name }) => name)).toEqual(['stays']);
    expect((await opened.get(`/api/runs/${id}`)).status).toBe(404);
  });

  it.runIf(process.platform !== 'win32')('that is a pipe is not waited for', async () => {
    const { execFileSync } = await import('node:child_process');
    const directory = makeRun(root, 'run');
    fs.rmSync(path.join(directory, 'metrics.jsonl'));
    execFileSync('mkfifo', [path.join(directory, 'metrics.jsonl')]);
    expect((await valid(await openApp(root), 'run')).count).toBe(0);
  });
});

describe('charts that ask at once for different columns', () => {
  it('all have their curves', async () => {
    const directory = makeRun(root, 'run', [epoch(1, 5, 6, true), epoch(2, 4, 5, true)]);
    const opened = await openApp(root);
    const ask = async (y: string): Promise<(number | null)[]> =>
      ((await (await opened.get(`/api/series?runs=${opened.id('run')}&y=${y}`)).json()) as Series[])[0].y;
    const wanted = ['train.nll_per_step', 'valid.nll_per_step', 'gap.nll_per_step', 'step', 'seconds'];
    expect(await Promise.all(wanted.map(ask))).toEqual([
      [5, 4],
      [6, 5],
      [1, 1],
      [2, 4],
      [0.1, 0.2],
    ]);
    fs.appendFileSync(path.join(directory, 'metrics.jsonl'), lines([epoch(3, 3, 4, true)]));
    expect((await Promise.all(wanted.map(ask))).map((y) => y.length)).toEqual([3, 3, 3, 3, 3]);
  });
});

it('more runs than are shown are said to be left out', async () => {
  for (const name of ['a', 'b', 'c']) makeRun(root, name, [epoch(1, 2, 3)]);
  const library = new Library(new Inside(root), () => {}, 2);
  await library.scan();
  expect(library.runs).toHaveLength(2);
  const reason = 'more than 2 runs: others are not shown; open a directory below';
  expect(library.leftOut).toEqual([{ path: '.', reason }]);
  const shown = library.runs.map(({ path }) => path);
  const other = ['a', 'b', 'c'].find((name) => !shown.includes(name))!;
  fs.rmSync(path.join(root, other), { recursive: true });
  await library.scan();
  expect(library.leftOut).toEqual([]);
});

describe('a run that is started', () => {
  /** Takes a while to make its directory, as trainings do, and refuses one that is there. */
  const train = `
    const fs = require('node:fs');
    const directory = process.argv[process.argv.indexOf('--out') + 1];
    setTimeout(() => {
      try { fs.mkdirSync(directory); } catch { console.error(directory + ' exists already'); process.exit(2); }
      fs.writeFileSync(directory + '/metrics.jsonl', '');
      fs.writeFileSync(directory + '/config.json', '{"task":"music","pid":' + process.pid + '}');
    }, 200);`;

  it('has a directory of its own, also beside one that another page starts, and its row comes with the answer', async () => {
    const opened = await openApp(root, { command: [process.execPath, '-e', train, '--'] });
    const start = async (body: object) => {
      const response = await opened.post('/api/start', { target: 'music/folk', ...body });
      return [response.status, await response.json()];
    };
    const both = await Promise.all([start({}), start({})]);
    expect(both).toMatchObject([
      [200, { name: 'folk-none-1', state: 'waiting' }],
      [200, { name: 'folk-none-1.2', state: 'waiting' }],
    ]);
    const named = await Promise.all([start({ name: 'mine' }), start({ name: 'mine' })]);
    expect(named).toMatchObject([
      [200, { name: 'mine' }],
      [409, { error: 'there is a run mine already; choose another name' }],
    ]);
  });
});

describe('the best figure', () => {
  it('stands beside the others of its epoch, of a finished run too', async () => {
    const gradient = (norm: number) => ({ gradient: { norm } });
    const done = {
      event: 'done',
      epochs: 3,
      best: { epoch: 2, valid: { nll_per_step: 2 }, test: { nll_per_step: 2.5 } },
    };
    makeRun(root, 'run', [
      { ...epoch(1, 5, 6, true), ...gradient(9) },
      { ...epoch(2, 2, 2, true), ...gradient(8) },
      { ...epoch(3, 1, 9), ...gradient(7) },
      done,
    ]);
    const { best } = await rowOf(await openApp(root), 'run');
    expect(best).toMatchObject({ 'valid.nll_per_step': 2, 'test.nll_per_step': 2.5, 'gradient.norm': 8 });
  });

  it('is that of the best epoch by validation, of a finished run with the test, never the last', async () => {
    const figures = { nll_per_step: 2 };
    const done = {
      event: 'done',
      epochs: 3,
      best: { epoch: 2, train: figures, valid: figures, test: { nll_per_step: 2.5 } },
    };
    makeRun(root, 'done', [epoch(1, 5, 6, true), epoch(2, 2, 2, true), epoch(3, 1, 9), done]);
    makeRun(root, 'young', [epoch(1, 5, 6, true), epoch(2, 2, 3, true), epoch(3, 1, null)]);
    const opened = await openApp(root);
    expect(await rowOf(opened, 'done')).toMatchObject({
      state: 'finished',
      bestEpoch: 2,
      best: { 'valid.nll_per_step': 2, 'test.nll_per_step': 2.5 },
    });
    const young = await rowOf(opened, 'young');
    expect(young).toMatchObject({ state: 'stopped', bestEpoch: 2, best: { 'valid.nll_per_step': 3 } });
    expect(young.notes).toEqual(['A figure of epoch 3 is no finite number.']);
    expect((await valid(opened, 'young')).y).toEqual([6, 3, null]);
  });
});
