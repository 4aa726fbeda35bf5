import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { vocabularyOf } from '../data/words/vocabulary.ts';
import type { DoneEvent, EpochEvent, TrainingEvent } from '../runs/events.ts';
import { tinyText, tinyTextConfig } from '../tasks/text/tiny-text.suite.ts';
import { train } from './train.ts';
import { evaluate } from './trained.ts';

const data = tinyText();
let parent: string;
let first: string;
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-from-'));
  first = path.join(parent, 'first');
});
afterEach(() => fs.rmSync(parent, { recursive: true, force: true }));

test('a run begins where another was best, and may average from its first step', async () => {
  const done = (await train(tinyTextConfig('training.epochs=8', 'optimizer.stepRate=.02'), {
    out: first,
    data,
  })) as DoneEvent;
  const events: TrainingEvent[] = [];
  const out = path.join(parent, 'second');
  await train(
    tinyTextConfig(
      `initialWeights=${first}`,
      'optimizer.name=nt-asgd',
      'optimizer.averageFrom=start',
      // so small that nothing moves
      'optimizer.stepRate=1e-9',
      'training.epochs=1',
    ),
    { out, data, onEvent: (event) => events.push(event) },
  );
  const epoch = events.find((event): event is EpochEvent => event.event === 'epoch');
  expect(epoch?.valid?.perplexity).toBeCloseTo(done.best.valid.perplexity, 4);
  expect(fs.readFileSync(path.join(out, 'checkpoints/last.safetensors'), 'latin1')).toContain(
    'optimizer.average.embedding.weight',
  );
  // What the second run keeps is complete in itself.
  fs.rmSync(first, { recursive: true });
  expect((await evaluate(out, 'valid', { data }))?.perplexity).toBeCloseTo(done.best.valid.perplexity, 4);
});

test('weights of no run, of another size or of another vocabulary are refused', async () => {
  const from = (...set: string[]) =>
    train(tinyTextConfig(`initialWeights=${first}`, ...set), { out: path.join(parent, 'second'), data });
  await expect(from()).rejects.toThrow(first);
  await train(tinyTextConfig('training.epochs=1'), { out: first, data });
  await expect(from('model.hidden=10')).rejects.toThrow(/best.safetensors: expected rnn.weightIn of shape/);
  const words = ['<unk>', '<eos>', ...'ihgfedcba'];
  const other = { ...data, vocabulary: vocabularyOf(words, 'word') };
  const out = path.join(parent, 'third');
  await expect(train(tinyTextConfig(`initialWeights=${first}`), { out, data: other })).rejects.toThrow(
    /vocabulary that it was trained with/,
  );
  expect(fs.existsSync(out)).toBe(false);
});
