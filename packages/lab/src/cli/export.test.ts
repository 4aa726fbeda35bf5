/** Runs of every task, written for other programs. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { decodeSafetensors, NoiseStream, type Tensor } from 'lethe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readNpz } from '../data/formats/npy.ts';
import { gap, type Numbers, runOnnx, runtime, someNumbers } from '../exchange/onnx/onnx-run.suite.ts';
import type { ClassifyConfig } from '../tasks/classify/config.ts';
import { classifyModel } from '../tasks/classify/model.ts';
import { keptReading } from '../tasks/classify/reading-file.ts';
import { textTable } from '../tasks/classify/testing.suite.ts';
import type { ForecastConfig } from '../tasks/forecast/config.ts';
import { loadForecast } from '../tasks/forecast/data/load.ts';
import { windowsOf } from '../tasks/forecast/features.ts';
import { forecastModel } from '../tasks/forecast/model.ts';
import { taskModel } from '../tasks/forecast/weights.ts';
import type { MusicConfig } from '../tasks/music/config.ts';
import { musicModel } from '../tasks/music/model.ts';
import { loadWeights as loadMusic } from '../tasks/music/weights.ts';
import { trainedText } from '../tasks/text/run.ts';
import { openTrained } from '../training/trained.ts';
import { lethe } from './testing.suite.ts';
import { useTinyText } from './tiny-text-run.suite.ts';

const tolerance = 1e-5;
const tiny = useTinyText();
let folder = '';
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-export-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => path.join(folder, name);

async function trained(name: string, ...options: string[]): Promise<string> {
  const { code, err } = await lethe('train', ...options, '--out', at(name), '--threads', '1');
  if (code !== 0) throw new Error(err);
  return at(name);
}

/** Writes the file, and runs it over `given` from the initial states. */
async function exported(run: string, given: Record<string, Numbers>, batch: number, ...options: string[]) {
  const { code, out, err } = await lethe('export', run, '--to', 'onnx', '--json', ...options);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const event = JSON.parse(out);
  const config = JSON.parse(fs.readFileSync(path.join(run, 'config.json'), 'utf8'));
  const states = (event.inputs as string[]).filter((name) => /^[hc]_/.test(name));
  const H = config.model.hidden;
  const initial = states.map((name) => {
    const row: number[] = event.initialStates[name] ?? new Array(H).fill(0);
    const data = Float32Array.from({ length: batch * H }, (_, i) => row[i % H]);
    return [name, { shape: [batch, H], data }];
  });
  return runOnnx(fs.readFileSync(event.files[0]), { ...given, ...Object.fromEntries(initial) });
}

const words = (T: number, B: number, count: number): { numbers: Int32Array; given: Numbers } => {
  const numbers = Int32Array.from({ length: T * B }, (_, i) => (7 * i + 3) % count);
  return { numbers, given: { shape: [T, B], data: BigInt64Array.from(numbers, BigInt) } };
};

describe.skipIf(!runtime)('an ONNX file computes what the run does', () => {
  test('of music', async () => {
    const run = await trained(
      'music',
      'music/folk',
      '--hidden',
      '8',
      '--epochs',
      '1',
      '--dropout',
      'variational',
      '--cell',
      'lstm',
    );
    const { config, weights, where } = openTrained(run);
    const model = musicModel(config as MusicConfig);
    loadMusic(model, weights, where);
    const x = someNumbers([5, 2, 88]);
    const found = await exported(run, { x: x as Numbers }, 2);
    expect(gap(found.output.data as Float32Array, (model.forward(x).output as Tensor).data)).toBeLessThan(
      tolerance,
    );
  }, 60_000);

  test('of text, with tied weights, a method that scales at test time, and an adaptive softmax', async () => {
    for (const [name, ...options] of [
      ['tied', '--set', 'model.tied=true', '--dropout', 'awd'],
      ['zoned', '--dropout', 'zoneout:hidden=.2,cell=.1+variational', '--set', 'model.tied=false'],
      ['clusters', '--set', 'model.tied=false', '--set', 'model.cutoffs=[4]'],
    ]) {
      const run = await tiny.train(name, ...options);
      const { model, vocabulary } = trainedText(openTrained(run) as never);
      const { numbers, given } = words(6, 3, vocabulary.words.length);
      const found = await exported(run, { words: given }, 3);
      expect(gap(found.output.data as Float32Array, model.logits(numbers, 3).logits.data)).toBeLessThan(
        tolerance,
      );
    }
  }, 60_000);

  test('of classes, in both directions, for rows of different lengths', async () => {
    fs.writeFileSync(at('reviews.csv'), textTable(120));
    for (const pooling of ['last', 'mean', 'max']) {
      const run = await trained(
        ...([
          `classes-${pooling}`,
          `classify/${at('reviews.csv')}`,
          '--hidden',
          '6',
          '--epochs',
          '1',
          '--layers',
          '2',
        ] as const),
        ...[
          '--set',
          'model.bidirectional=true',
          '--set',
          `model.pooling=${pooling}`,
          '--dropout',
          'variational',
        ],
      );
      const { config, weights, where } = openTrained(run);
      const reading = keptReading.required(run);
      const model = classifyModel(config as ClassifyConfig, reading);
      model.load(weights, where);
      const { numbers, given } = words(6, 3, reading.tokens!.words.length);
      const stop = Int32Array.from([6, 2, 4]);
      const { output } = model.network.forward({ words: numbers, batch: 3 }, undefined, undefined, { stop });
      const found = await exported(run, { words: given, lengths: { shape: [3], data: stop } }, 3);
      expect(gap(found.output.data as Float32Array, (output as Tensor).data)).toBeLessThan(tolerance);
    }
  }, 60_000);

  test('of forecasts', async () => {
    const rows = Array.from({ length: 160 }, (_, t) => `s,${t + 1},${20 + (t % 7) * 3 + ((t * 5) % 4)}\n`);
    fs.writeFileSync(at('series.csv'), `id,t,y\n${rows.join('')}`);
    const run = await trained(
      'series',
      `forecast/${at('series.csv')}`,
      '--horizon',
      '7',
      '--hidden',
      '6',
      '--epochs',
      '1',
      '--set',
      'windows.epoch=128',
      '--set',
      'model.members=2',
    );
    const { config, weights, where } = openTrained(run);
    const data = await loadForecast(config as ForecastConfig);
    const { features } = windowsOf(data);
    const model = forecastModel(
      config as ForecastConfig,
      data.settings,
      features,
      new NoiseStream(config.seed),
    );
    taskModel(model).load(weights, where);
    const x = someNumbers([9, 2, features]);
    const found = await exported(run, { x: x as Numbers }, 2);
    for (const [k, network] of model.networks.entries()) {
      const { output } = network.forward(x);
      expect(gap(found[`output_m${k}`].data as Float32Array, (output as Tensor).data)).toBeLessThan(
        tolerance,
      );
    }
  }, 60_000);
});

test('weights go out as safetensors and npz, the same numbers under the names of PyTorch', async () => {
  const run = await tiny.train('arrays', '--cell', 'gru');
  for (const to of ['safetensors', 'npz']) {
    expect(await lethe('export', run, '--to', to, '--out', at(`weights.${to}`))).toMatchObject({
      code: 0,
      err: '',
    });
  }
  const { tensors } = decodeSafetensors(fs.readFileSync(at('weights.safetensors')));
  expect(Object.keys(tensors)).toContain('rnn.weight_ih_l0');
  const arrays = readNpz(fs.readFileSync(at('weights.npz')), 'weights.npz', 1e8);
  expect([...arrays.keys()].sort()).toEqual(Object.keys(tensors).sort());
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const array = arrays.get(name) as { shape: number[]; values: ArrayLike<number> };
    expect(array.shape).toEqual(shape);
    expect(gap(array.values, data)).toBe(0);
  }
}, 60_000);

test('metrics go out as tables with a row a number', async () => {
  const run = await tiny.train('tables');
  expect(await lethe('export', run, '--to', 'csv', '--out', at('tables'))).toMatchObject({
    code: 0,
    err: '',
  });
  const [header, ...rows] = fs.readFileSync(at('tables/metrics.csv'), 'utf8').trimEnd().split('\r\n');
  expect(header).toBe('run,epoch,step,seconds,split,metric,value');
  const epochs = fs
    .readFileSync(path.join(run, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === 'epoch');
  const numbers = epochs.flatMap(({ train, valid }) => [...Object.values(train), ...Object.values(valid)]);
  expect(rows).toHaveLength(numbers.length);
  expect(rows.map((row) => Number(row.split(',').at(-1)))).toEqual(numbers);
}, 60_000);

test('what cannot be written is refused in a sentence, and nothing is left behind', async () => {
  const run = await trained(
    'fast',
    'music/folk',
    '--hidden',
    '6',
    '--epochs',
    '1',
    '--dropout',
    'fast:input=.1,recurrent=.2',
  );
  const refused = await lethe('export', run, '--to', 'onnx');
  expect(refused.code).toBe(2);
  expect(refused.err).toMatch(/^lethe export: fast:.* integrates its noise at test time .*--rule mean/);
  expect(fs.existsSync(path.join(run, 'exports'))).toBe(false);
  expect((await lethe('export', run, '--to', 'onnx', '--rule', 'mean')).code).toBe(0);
  expect((await lethe('export', run, '--to', 'npz', '--rule', 'mean')).err).toContain(
    '--rule is for --to onnx, found --to npz',
  );
  expect((await lethe('export', run, '--to', 'onx')).err).toContain("did you mean 'onnx'?");
  expect((await lethe('export', folder, '--to', 'npz')).code).toBe(2);
}, 60_000);
