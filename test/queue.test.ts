/** A search over a queue, with a real Redis: workers and coordinators are killed, every trial has one result. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasRedis, killed, startRedis } from '../packages/lab/src/experiments/search/redis-server.suite.ts';
import { readStudy } from '../packages/lab/src/studies/study-record.ts';
import { findings, start, tinySearch } from './searching.mts';

describe.skipIf(!hasRedis)('a search over a queue', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-queue-'));
  const file = tinySearch(folder, 1);
  const study = (name: string): string => join(folder, name);
  let server: Awaited<ReturnType<typeof startRedis>>;
  let url: string;
  const started: ChildProcess[] = [];

  beforeAll(async () => {
    server = await startRedis(folder);
    url = server.url;
  });
  afterAll(async () => {
    for (const child of started) await killed(child);
    await server.end();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What every process of a test said, in the order in which it came: the only trace of a race that was lost. */
  let said: string[] = [];
  beforeEach(({ onTestFailed }) => {
    said = [];
    onTestFailed(() => console.error(said.join('')));
  });

  const run = (...args: Parameters<typeof start>): ReturnType<typeof start> => {
    const process = start(...args);
    const { child } = process;
    const name = `${args[0][0]} ${child.pid}`;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => said.push(`${name}: ${text}`));
    }
    child.on('exit', (code, signal) => said.push(`${name} ended: ${code ?? signal}\n`));
    started.push(child);
    return process;
  };
  const search = (name: string, trials: number, onLine?: Parameters<typeof start>[1]) =>
    run(['search', file, '--trials', `${trials}`, '--out', study(name), '--queue', url, '--json'], onLine);
  /** Workers of one directory share the place of their runs. */
  const worker = (name: string, onLine?: Parameters<typeof start>[1], cwd = folder) =>
    run(['worker', url, '--threads', '1', '--name', name, '--out', 'runs', '--json'], onLine, cwd);

  it('completes all 32 trials, each once, when one of two workers is killed in mid-trial', async () => {
    let taken = 0;
    let lost = 0;
    const doomed = worker('doomed', (line, child) => {
      const { event, number } = JSON.parse(line);
      if (event !== 'trial' || ++taken < 4) return;
      lost = number;
      child.kill('SIGKILL');
    });
    const steady = worker('steady');
    expect(await search('two', 32).ended).toMatchObject({ code: 0 });
    expect((await doomed.ended).code).toBeNull();
    const { trials } = readStudy(study('two'));
    expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: 32 }, (_, i) => i + 1));
    expect(new Set(trials.map(({ state }) => state))).toEqual(new Set(['complete']));
    const ends = readFileSync(join(study('two'), 'journal.jsonl'), 'utf8').match(/"event":"end"/g);
    expect(ends).toHaveLength(32);
    expect(trials.find(({ number }) => number === lost)?.worker).toBe('steady');
    // The runs are here, with what `lethe eval` and `lethe sample` need.
    for (const { directory } of trials) {
      expect(existsSync(join(directory, 'checkpoints', 'best.safetensors')), directory).toBe(true);
    }
    steady.child.kill('SIGINT');
    expect((await steady.ended).code).toBe(130);
    // The same trials without a queue have the same results.
    const alone = ['search', file, '--trials', '4', '--out', study('alone'), '--json'];
    expect(await run(alone).ended).toMatchObject({ code: 0 });
    expect(findings(study('two')).slice(0, 4)).toEqual(findings(study('alone')));
  }, 240_000);

  it('gives a trial back that its worker was told to leave, and another goes on with it', async () => {
    const long = tinySearch(folder, 40);
    const args = ['search', long, '--trials', '1', '--out', study('back'), '--queue', url, '--json'];
    const first = worker('first');
    const waiting = run(args, (line) => {
      // the second validation: there is something to go on with
      const { event, epoch } = JSON.parse(line);
      if (event === 'report' && epoch === 2) first.child.kill('SIGINT');
    });
    expect((await first.ended).code).toBe(130);
    const second = worker('second');
    expect(await waiting.ended).toMatchObject({ code: 0 });
    const [trial] = readStudy(study('back')).trials;
    expect(trial).toMatchObject({ state: 'complete', worker: 'second' });
    expect(trial.reports.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    second.child.kill('SIGINT');
    await second.ended;
  }, 120_000);

  it('goes to no worker that lacks the data, which says so and stays', async () => {
    const args = ['search', file, '--trials', '1', '--out', study('lacking'), '--queue', url, '--json'];
    const waiting = run([...args, '--set', `dataset=${join(folder, 'nothing')}`]);
    const poor = worker('poor');
    let told = '';
    waiting.child.stderr?.on('data', (text) => {
      told += text;
    });
    await expect.poll(() => told, { timeout: 30_000 }).toContain('poor gave trial 1 back');
    waiting.child.kill('SIGINT');
    expect((await waiting.ended).code).toBe(130);
    expect(poor.child.exitCode).toBeNull();
    poor.child.kill('SIGINT');
    await poor.ended;
    const client = new Redis(url);
    await client.flushall();
    client.disconnect();
  }, 120_000);

  it.each(['while a trial is in work', 'while it waits for one'])(
    'a worker ends within seconds of Ctrl-C %s, though Redis is away',
    async (when) => {
      const own = await startRedis(folder);
      const isBusy = when.includes('in work');
      const place = study(isBusy ? 'away-busy' : 'away-idle');
      const args = [
        'search',
        tinySearch(folder, 4000),
        '--trials',
        '1',
        '--out',
        place,
        '--queue',
        own.url,
        '--json',
      ];
      const waiting = isBusy ? run(args) : undefined;
      const alone = run(['worker', own.url, '--threads', '1', '--name', 'alone', '--out', 'runs', '--json']);
      let said = '';
      alone.child.stdout?.on('data', (text) => {
        said += text;
      });
      if (isBusy) await expect.poll(() => said, { timeout: 60_000 }).toContain('"event":"trial"');
      else {
        const client = new Redis(own.url);
        // The worker asks for studies twice a second.
        await expect
          .poll(() => client.info('commandstats'), { timeout: 60_000 })
          .toContain('cmdstat_smembers');
        client.disconnect();
      }
      await own.end();
      await new Promise((resolve) => setTimeout(resolve, 500));
      const asked = performance.now();
      alone.child.kill('SIGINT');
      expect((await alone.ended).code).toBe(130);
      // Two seconds of patience, and what the trial takes to save.
      expect(performance.now() - asked).toBeLessThan(20_000);
      waiting?.child.kill('SIGKILL');
      await waiting?.ended;
    },
    120_000,
  );

  it('takes no result of a worker whose data differs', async () => {
    // The same name, read in two directories, is two texts.
    const [here, there] = ['here', 'there'].map((place) => {
      mkdirSync(study(place));
      writeFileSync(join(study(place), 'book.txt'), `${`${place} it goes on and on\n`.repeat(400)}`);
      return study(place);
    });
    const text = join(folder, 'text.yaml');
    writeFileSync(
      text,
      'title: text\nbase: text/book.txt\nset: { model.hidden: 4, model.embedding: 4, model.layers: 1, training.epochs: 1 }\n' +
        'space: { optimizer.stepRate: { logUniform: [.001, .01] } }\n',
    );
    const args = ['search', text, '--trials', '3', '--out', study('texts'), '--queue', url, '--json'];
    const waiting = run(args, (line) => {
      if (JSON.parse(line).event === 'end') first.child.kill('SIGINT');
    });
    const first = worker('first', undefined, here);
    // It is stopped when its first result came in; the last trials are others', then.
    await first.ended;
    let told = '';
    waiting.child.stderr?.on('data', (text) => {
      told += text;
    });
    const stranger = worker('stranger', undefined, there);
    await expect.poll(() => told, { timeout: 60_000 }).toContain('book.txt has another content here');
    const third = worker('third', undefined, here);
    expect(await waiting.ended).toMatchObject({ code: 0 });
    const workers = readStudy(study('texts')).trials.map(({ worker }) => worker);
    expect([workers.at(0), workers.at(-1)]).toEqual(['first', 'third']);
    expect(workers).not.toContain('stranger');
    for (const { child, ended } of [stranger, third]) {
      child.kill('SIGINT');
      await ended;
    }
  }, 120_000);

  it('goes on when the coordinator is killed, and leaves nothing in Redis', async () => {
    const killed = search('killed', 6, (line, child) => {
      if (JSON.parse(line).event === 'end') child.kill('SIGKILL');
    });
    const only = worker('only');
    expect((await killed.ended).code).toBeNull();
    expect(await search('killed', 6).ended).toMatchObject({ code: 0 });
    expect(findings(study('killed'))).toEqual(findings(study('two')).slice(0, 6));
    const client = new Redis(url);
    await expect.poll(() => client.keys('lethe*'), { timeout: 10_000 }).toEqual([]);
    client.disconnect();
    only.child.kill('SIGINT');
    await only.ended;
  }, 240_000);

  it('runs comparisons and sweeps, with the results that they have without a queue', async () => {
    const small = ['--hidden', '6', '--epochs', '1', '--set', 'model.maxIncoming=none', '--json'];
    const commands = {
      compare: ['compare', 'music/folk', '--methods', 'none,fast', '--trials', '2', '--seeds', '2', ...small],
      sweep: [
        'sweep',
        'music/folk',
        '--dropout',
        'fast',
        '--vary',
        'dropout.input=0,.4',
        '--seeds',
        '2',
        ...small,
      ],
    };
    const helper = worker('helper');
    for (const [name, args] of Object.entries(commands)) {
      const [far, near] = [study(`${name}-far`), study(`${name}-near`)];
      expect(await run([...args, '--out', far, '--queue', url]).ended).toMatchObject({ code: 0 });
      expect(await run([...args, '--out', near, '--workers', '1']).ended).toMatchObject({ code: 0 });
      expect(findings(far)).toEqual(findings(near));
      expect(readStudy(far).trials.every((trial) => trial.worker === 'helper')).toBe(true);
      expect(existsSync(join(far, 'report.html'))).toBe(true);
    }
    helper.child.kill('SIGINT');
    await helper.ended;
  }, 240_000);
});
