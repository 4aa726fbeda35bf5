import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Config } from '../../runs/config.ts';
import type { ObserveEvent } from '../../runs/events.ts';
import { readMetrics } from '../../runs/metrics.ts';
import { runPaths } from '../../runs/run-directory.ts';
import type { TaskData } from '../../tasks/kind.ts';
import { tinyText, tinyTextConfig } from '../../tasks/text/tiny-text.suite.ts';
import { openSession } from '../session.ts';
import { tinyConfig, tinyData } from '../tiny.suite.ts';
import { resume, train } from '../train.ts';

let parent: string;
beforeAll(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-observe-'));
});
afterAll(() => fs.rmSync(parent, { recursive: true }));

const data = tinyData();
const both = 'observe=[decomposition, spectral-radius]';
/** The optimizer whose settings the tiny configuration has, for cells that have another. */
const rmsprop = 'optimizer.name=rmsprop';
const fast = 'fast:input=.1,recurrent=.2,output=.3';

const observed = (run: string): ObserveEvent[] =>
  readMetrics(runPaths(run).metrics).filter((event) => event.event === 'observe');
const file = (run: string): string => path.join(run, 'observations', 'decomposition.jsonl');

describe('a run with observers', () => {
  const cases: [title: string, config: (...set: string[]) => Config, data: TaskData][] = [
    ['of the plain cell', tinyConfig, data],
    [
      'of two LSTM layers that draw their pre-activations',
      (...set) =>
        tinyConfig(
          'model.cell=lstm',
          rmsprop,
          'model.layers=2',
          `model.dropout=${fast},mode=gaussian`,
          ...set,
        ),
      data,
    ],
    [
      'of a text, whose state is carried',
      (...set) => tinyTextConfig('model.dropout=fast:recurrent=.2', ...set),
      tinyText(),
    ],
  ];
  test.each(cases)('has the weights of the same run without, bit by bit: %s', async (title, config, from) => {
    const [plain, seen] = [path.join(parent, `${title}-plain`), path.join(parent, `${title}-seen`)];
    await train(config(), { out: plain, data: from });
    await train(config(both), { out: seen, data: from });
    for (const name of ['last', 'best'] as const) {
      const [expected, got] = [plain, seen].map((run) => fs.readFileSync(runPaths(run)[name]));
      expect(got.equals(expected), name).toBe(true);
    }
    expect(observed(plain)).toEqual([]);
    const { epochs } = config().training;
    expect(observed(seen).map(({ name, epoch }) => [name, epoch])).toEqual(
      Array.from({ length: epochs + 1 }, (_, epoch) => [
        ['decomposition', epoch],
        ['spectral-radius', epoch],
      ]).flat(),
    );
  });

  test('goes on after a kill with the observations of the unbroken run', async () => {
    const whole = path.join(parent, 'whole');
    const kills = [0, 3, 7, 10];
    await train(tinyConfig(both), {
      out: whole,
      data,
      onProgress: ({ step, phase }) => {
        // Before step 1 is saved the directory holds the checkpoint of step 0, and so on.
        if (phase !== 'train' || !kills.includes(step - 1)) return;
        fs.cpSync(whole, path.join(parent, `killed-${step - 1}`), { recursive: true });
      },
    });
    for (const step of kills) {
      const run = path.join(parent, `killed-${step}`);
      const lock = { pid: 2 ** 30, host: os.hostname(), started: null };
      fs.writeFileSync(path.join(run, 'lock'), JSON.stringify(lock));
      // Written by an epoch that no checkpoint knows.
      fs.appendFileSync(file(run), '{"epoch":3,"step":15}\n{"epoch":3,"st');
      await resume(run, { data });
      expect(fs.readFileSync(runPaths(run).last).equals(fs.readFileSync(runPaths(whole).last))).toBe(true);
      expect(observed(run)).toEqual(observed(whole));
      expect(fs.readFileSync(file(run), 'utf8')).toBe(fs.readFileSync(file(whole), 'utf8'));
    }
  });

  test('notes the parts of the gradient and the shares of units of every layer', () => {
    const session = openSession(tinyConfig(both, 'model.layers=2'), data);
    const { values, units } = session.observers.get('decomposition')!();
    const names = ['ratio', 'lossPartNorm', 'variancePartNorm', 'deltaPositive', 'deltaNegative'];
    for (const layer of ['rnn.0', 'rnn.1', 'readout']) {
      for (const name of [...names, 'deltaNorm', 'etaNorm'])
        expect(values).toHaveProperty([`${layer}.${name}`]);
      const share = values[`${layer}.deltaPositive`] + values[`${layer}.deltaNegative`];
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThanOrEqual(1);
      expect(values[`${layer}.ratio`]).toBeCloseTo(
        values[`${layer}.variancePartNorm`] / values[`${layer}.lossPartNorm`],
        12,
      );
      const delta = Array.from(units![`${layer}.delta`]);
      expect(delta).toHaveLength(layer === 'readout' ? 88 : 12);
      expect(Math.hypot(...delta)).toBeCloseTo(values[`${layer}.deltaNorm`], 12);
      expect(delta.filter((value) => value > 0).length / delta.length).toBe(values[`${layer}.deltaPositive`]);
      expect(Math.min(...Array.from(units![`${layer}.eta`]))).toBeGreaterThan(0);
    }
  });

  // Units are the pre-activations: three layers of 12, 7 in front of the readout, 5 hidden units and 88 notes.
  test('leaves no layer out: those between two states, the one in front of the readout, a NADE', () => {
    const { values, units } = openSession(
      tinyConfig(
        'observe=[decomposition]',
        'model.cell=deep-rnn',
        'model.transition=3',
        'model.shortcut=true',
        'model.deepOutput=7',
        'model.readout=nade:hidden=5',
      ),
      data,
    ).observers.get('decomposition')!();
    const sizes = { 'rnn.0': 36, output: 7, readout: 93 };
    expect(Object.keys(values).filter((name) => name.endsWith('.ratio'))).toEqual(
      Object.keys(sizes).map((layer) => `${layer}.ratio`),
    );
    for (const [layer, size] of Object.entries(sizes)) {
      const delta = Array.from(units![`${layer}.delta`]);
      expect(delta, layer).toHaveLength(size);
      expect(
        delta.every((value) => value !== 0),
        layer,
      ).toBe(true);
      expect(values[`${layer}.ratio`], layer).toBeGreaterThan(0);
    }
  });

  test('notes the spectral radius of every recurrent matrix, of gated cells of every gate', () => {
    const of = (...set: string[]) => {
      const config = tinyConfig('observe=[spectral-radius]', ...set);
      return openSession(config, data).observers.get('spectral-radius')!().values;
    };
    // What the initialisation scales it to, in float32.
    const plain = of('model.spectralRadius=1.2', 'model.layers=2');
    expect(Object.keys(plain)).toEqual(['rnn.0.recurrent', 'rnn.1.recurrent']);
    for (const value of Object.values(plain)) expect(value).toBeCloseTo(1.2, 5);
    const gated = of('model.cell=gru', rmsprop, 'model.spectralRadius=.9');
    expect(Object.keys(gated)).toEqual(['rnn.0.recurrent.r', 'rnn.0.recurrent.z', 'rnn.0.recurrent.n']);
    for (const value of Object.values(gated)) expect(value).toBeCloseTo(0.9, 5);
  });
});

test.each([
  ['none', 'mode mean'],
  ['variational:input=.1', 'mode sample'],
  [`${fast},mode=sample`, 'mode sample'],
  ['fast:input=0', 'no rate above 0'],
  ['weight-noise:form=closed', 'Gaussian weights'],
  [`${fast}+weight-noise:form=closed`, 'Gaussian weights'],
])('the decomposition of %s is refused before anything is written: %s', async (dropout, why) => {
  const out = path.join(parent, 'refused');
  const config = tinyConfig(`model.dropout=${dropout}`, 'observe=[decomposition]');
  await expect(train(config, { out, data })).rejects.toThrow(
    expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(why) }),
  );
  expect(fs.existsSync(out)).toBe(false);
});

test('the decomposition has the rates of the step that it is of, where these move', () => {
  const method = 'fast:input=.1,recurrent=.2,output=.3,scaling=inverted,form=probit';
  const look = (dropout: string, steps?: number) =>
    openSession(tinyConfig('observe=[decomposition]', `model.dropout=${dropout}`), data).observers.get(
      'decomposition',
    )!(steps).values;
  // At the first step a curriculum has no noise, and after forty times 1 / gamma all of it.
  expect(look(`curriculum:gamma=.01+${method}`)['readout.ratio']).toBe(0);
  expect(look(`curriculum:gamma=.01+${method}`, 4000)['readout.ratio']).toBeCloseTo(
    look(method)['readout.ratio'],
    6,
  );
});

test('a run from before there were observers goes on', async () => {
  const run = path.join(parent, 'old');
  await train(tinyConfig('training.epochs=1'), { out: run, data });
  const { config } = runPaths(run);
  const { observe, ...old } = JSON.parse(fs.readFileSync(config, 'utf8'));
  expect(observe).toEqual([]);
  fs.writeFileSync(config, JSON.stringify(old));
  expect(await resume(run, { data, epochs: 2 })).toMatchObject({ event: 'done', epochs: 2 });
});
