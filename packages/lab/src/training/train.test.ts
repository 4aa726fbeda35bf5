import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DoneEvent, EpochEvent, TrainingEvent } from '../runs/events.ts';
import { readMetrics } from '../runs/metrics.ts';
import { runPaths } from '../runs/run-directory.ts';
import { tinyConfig, tinyData } from './tiny.suite.ts';
import { train } from './train.ts';
import { evaluate, openTrained, sample } from './trained.ts';

let parent: string;
let out: string;
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-train-'));
  out = path.join(parent, 'run');
});
afterEach(() => fs.rmSync(parent, { recursive: true }));

const data = tinyData();
const bytesOf = (run: string): Buffer => fs.readFileSync(runPaths(run).last);

test.each([
  'none',
  'standard:input=.1,output=.2',
  'fast:input=.1,recurrent=.2,output=.3',
  'fast:recurrent=.2,finalLayer=plain',
])('training with %s lowers the NLL of all three splits', async (dropout) => {
  const events: TrainingEvent[] = [];
  const config = tinyConfig('training.epochs=25', `model.dropout=${dropout}`);
  const done = (await train(config, { out, data, onEvent: (event) => events.push(event) })) as DoneEvent;
  const epochs = events.filter((event): event is EpochEvent => event.event === 'epoch');
  expect(epochs).toHaveLength(25);
  const [first, last] = [epochs[0], epochs[24]];
  expect(last.train.nll_per_step).toBeLessThan(0.5 * first.train.nll_per_step);
  expect(last.valid!.nll_per_step).toBeLessThan(0.5 * first.valid!.nll_per_step);
  expect(done.best.test.nll_per_step).toBeLessThan(0.5 * first.valid!.nll_per_step);
});

test('events come in order, and those of the history are in metrics.jsonl', async () => {
  const events: TrainingEvent[] = [];
  const config = tinyConfig();
  const done = await train(config, { out, data, onEvent: (event) => events.push(event) });
  expect(events.map((event) => event.event)).toEqual(['plan', 'start', ...Array(4).fill('epoch'), 'done']);
  expect(events.at(-1)).toEqual(done);
  expect(readMetrics(runPaths(out).metrics)).toEqual(events.slice(1));
  // Parameters of 88 inputs, 12 hidden units, 88 outputs: 88*12 + 12*12 + 12 + 12 (h_0) + 12*88 + 88.
  expect(events[0]).toMatchObject({ parameters: 2368, steps_per_epoch: 5, epochs: 4 });
  const epochs = events.filter((event): event is EpochEvent => event.event === 'epoch');
  const nlls = epochs.map((event) => event.valid!.nll_per_step);
  expect((done as DoneEvent).best.valid.nll_per_step).toBe(Math.min(...nlls));
  expect(fs.readdirSync(out).sort()).toEqual([
    'checkpoints',
    'chords.json',
    'config.json',
    'environment.json',
    'log.txt',
    'metrics.jsonl',
    'samples',
  ]);
  expect(JSON.parse(fs.readFileSync(path.join(out, 'config.json'), 'utf8'))).toEqual(config);
});

test('the same seed gives the same bits, another seed others', async () => {
  const other = path.join(parent, 'other');
  const third = path.join(parent, 'third');
  await train(tinyConfig(), { out, data });
  await train(tinyConfig('training.checkpointEvery=1000'), { out: other, data });
  await train(tinyConfig('seed=2'), { out: third, data });
  expect(bytesOf(out).equals(bytesOf(other))).toBe(true);
  expect(bytesOf(out).equals(bytesOf(third))).toBe(false);
});

test('best.safetensors is the epoch with the lowest validation NLL, and evaluate measures it', async () => {
  const done = (await train(tinyConfig(), { out, data })) as DoneEvent;
  expect(await evaluate(out, 'valid', { data })).toEqual(done.best.valid);
  expect(await evaluate(out, 'test', { data })).toEqual(done.best.test);
});

test('patience ends a run that gets no better', async () => {
  // A step rate of almost nothing: the validation NLL moves by rounding only.
  const config = tinyConfig('optimizer.stepRate=1e-12', 'training.epochs=50', 'training.patience=2');
  const done = (await train(config, { out, data })) as DoneEvent;
  expect(done.reason).toBe('patience');
  expect(done.epochs).toBe(done.best.epoch + 2);
});

test('patience between two validations ends a run with a validation of its last epoch', async () => {
  const config = tinyConfig(
    ...['optimizer.stepRate=1e-12', 'training.epochs=50', 'training.patience=3', 'training.evaluateEvery=5'],
  );
  const done = (await train(config, { out, data })) as DoneEvent;
  expect(done).toMatchObject({ reason: 'patience', epochs: 8, best: { epoch: 5 } });
  const validated = readMetrics(runPaths(out).metrics).filter((event) => 'valid' in event);
  expect(validated).toMatchObject([{ epoch: 5 }, { epoch: 8 }]);
});

test('a penalty on changes is 0 where segments have one step', async () => {
  const config = tinyConfig('training.chunk=2', 'model.dropout=tar:beta=1', 'training.epochs=1');
  await train(config, { out, data });
  const epoch = readMetrics(runPaths(out).metrics).find((event) => event.event === 'epoch');
  expect(epoch).toMatchObject({ penalties: { 'temporal-activation': 0 } });
});

test('a time limit ends a run in the middle of an epoch, with a validation', async () => {
  const config = tinyConfig('training.minutes=1e-9', 'training.epochs=50', 'training.evaluateEvery=10');
  const done = (await train(config, { out, data })) as DoneEvent;
  expect(done).toMatchObject({ reason: 'minutes', epochs: 1, best: { epoch: 1 } });
  const epoch = readMetrics(runPaths(out).metrics).find((event) => event.event === 'epoch');
  expect(epoch).toMatchObject({ step: 1 });
});

test.each(['none', 'fast:input=.1,recurrent=.2'])(
  'a step rate of 1e30 stops %s with the step and the parameter',
  async (dropout) => {
    const config = tinyConfig('optimizer.stepRate=1e30', `model.dropout=${dropout}`);
    await expect(train(config, { out, data })).rejects.toThrow(
      expect.objectContaining({
        code: 'E_NUMERICS',
        message: expect.stringMatching(/step 1 .*rnn\.weightIn.*optimizer\.stepRate \(now 1e\+30\)/),
      }),
    );
    // The checkpoint from before the first step is whole, and nobody holds the lock.
    expect(openTrained(out, 'last').weights['readout.bias'].data[0]).toBeCloseTo(-0.8, 6);
    expect(fs.existsSync(path.join(out, 'lock'))).toBe(false);
  },
);

test('an existing directory is refused before anything is told or written', async () => {
  fs.mkdirSync(out);
  const events: TrainingEvent[] = [];
  const trained = train(tinyConfig(), { out, data, onEvent: (event) => events.push(event) });
  await expect(trained).rejects.toThrow(/exists already/);
  expect(events).toEqual([]);
  expect(fs.readdirSync(out)).toEqual([]);
});

test('when the first checkpoint does not fit on the disk, nothing is left behind', async () => {
  const write = fs.writeSync;
  vi.spyOn(fs, 'writeSync').mockImplementation(((
    handle: number,
    bytes: Uint8Array,
    at: number,
    length: number,
  ) => {
    if (length > 10_000) throw Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' });
    return write(handle, bytes, at, length);
  }) as unknown as typeof fs.writeSync);
  await expect(train(tinyConfig(), { out: path.join(parent, 'a', 'b'), data })).rejects.toThrow(
    expect.objectContaining({
      code: 'E_IO',
      message: expect.stringMatching(/cannot be made: no space left/),
    }),
  );
  vi.restoreAllMocks();
  expect(fs.readdirSync(parent)).toEqual([]);
});

test('memory stays flat: no step allocates more than the first', async () => {
  const config = tinyConfig('training.epochs=40', 'training.checkpointEvery=1000');
  const used: number[] = [];
  await train(config, {
    out,
    data,
    onProgress: ({ step, phase }) => {
      if (phase === 'train' && (step === 20 || step === 200)) used.push(process.memoryUsage().arrayBuffers);
    },
  });
  // Tensors carried over 180 steps would be 180 times the 60 kB of one step.
  expect(used[1] - used[0]).toBeLessThan(5e6);
});

test('a trained run samples: the same seed the same piece, a prime stands in front', async () => {
  await train(tinyConfig('training.epochs=25'), { out, data });
  const framesOf = async (seed: number, length: number, given = {}): Promise<number[][]> => {
    const { event } = await sample(out, { seed, length, temperature: 1, data }, given);
    return (event as { frames: number[][] }).frames;
  };
  const piece = await framesOf(3, 12);
  expect(piece).toHaveLength(12);
  expect(await framesOf(3, 12)).toEqual(piece);
  expect(await framesOf(4, 12)).not.toEqual(piece);
  const [{ frames }] = data.splits.test;
  const primed = await framesOf(1, 5, { prime: 0, split: 'test', primeFrames: 6 });
  expect(primed.slice(0, 6)).toEqual(frames.slice(0, 6));
  expect(primed).toHaveLength(11);
});
