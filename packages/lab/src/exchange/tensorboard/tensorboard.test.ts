import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pngOf } from '../../pictures/svg/png.ts';
import { epochEvent, useMadeRuns } from '../../report/made-run.suite.ts';
import { readRun } from '../../report/run-record.ts';
import { canRun, python } from '../python.suite.ts';
import { crc32c, record } from './records.ts';
import { runEvents } from './run.ts';

const { make, folder } = useMadeRuns();

test('the check sum of "123456789" is that of the catalogue', () => {
  // CRC-32/ISCSI, check value of the catalogue of parametrised CRC algorithms
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

test('a record is length, its sum, content, its sum', () => {
  // tf.io.TFRecordWriter, TensorFlow 2: the record of the two bytes "hi"
  const framed = Buffer.from(record(Buffer.from('hi')));
  expect(framed.readBigUInt64LE(0)).toBe(2n);
  expect(framed.length).toBe(8 + 4 + 2 + 4);
  expect(framed.toString('latin1', 12, 14)).toBe('hi');
});

function madeRun(name: string): string {
  const observe = (epoch: number, value: number): object => ({
    ...{ event: 'observe', name: 'spectral-radius', epoch, step: 5 * epoch },
    values: { 'rnn.0': value },
  });
  const directory = make(name, {
    events: [
      observe(0, 1.25),
      epochEvent(1, 9.5, 8.75, { penalties: { ar: 0.5 }, stepRate: 0.25, momentum: 0.5 }),
      observe(1, 1.5),
      epochEvent(2, 7.25, 6.5),
      observe(2, 1.75),
    ],
  });
  fs.mkdirSync(path.join(directory, 'observations'), { recursive: true });
  const line = (epoch: number): string =>
    JSON.stringify({ epoch, step: 5 * epoch, 'rnn.0.delta': [epoch, -1, 0.5, 2] });
  fs.writeFileSync(
    path.join(directory, 'observations', 'decomposition.jsonl'),
    `${line(1)}\n${line(2)}\n{"torn`,
  );
  return directory;
}

const reader = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(sys.argv[1], size_guidance=dict(scalars=0, histograms=0, images=0, tensors=0)).Reload()
tags = a.Tags()
print(json.dumps(dict(
  tags=tags,
  scalars={t: [[e.step, e.wall_time, e.value] for e in a.Scalars(t)] for t in tags['scalars']},
  histograms={t: [[e.step, e.histogram_value.min, e.histogram_value.max, e.histogram_value.num, e.histogram_value.sum, e.histogram_value.sum_squares, list(e.histogram_value.bucket_limit), list(e.histogram_value.bucket)] for e in a.Histograms(t)] for t in tags['histograms']},
  images={t: [[e.step, e.width, e.height, len(e.encoded_image_string)] for e in a.Images(t)] for t in tags['images']},
  texts={t: a.Tensors(t)[0].tensor_proto.string_val[0].decode() for t in tags['tensors']})))
`;

test.skipIf(!canRun('import tensorboard'))(
  "TensorBoard's own reader finds every tag and value",
  () => {
    const directory = madeRun('read');
    const logs = path.join(folder, 'logs');
    fs.mkdirSync(logs);
    fs.writeFileSync(path.join(logs, 'events.out.tfevents.0.lethe'), runEvents(readRun(directory), pngOf));
    const found = JSON.parse(
      execFileSync(python, ['-c', reader, logs], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    // when the made run began, 2026-01-02T03:04:05Z, and seconds after it
    const began = 1767323045;
    expect(found.scalars['train/nll_per_step']).toEqual([
      [5, began + 2, 9.5],
      [10, began + 4, 7.25],
    ]);
    expect(found.scalars['valid/nll_per_step']).toEqual([
      [5, began + 2, 8.75],
      [10, began + 4, 6.5],
    ]);
    expect(found.scalars['penalty/ar']).toEqual([[5, began + 2, 0.5]]);
    expect(found.scalars.step_rate).toEqual([[5, began + 2, 0.25]]);
    expect(found.scalars.momentum).toEqual([[5, began + 2, 0.5]]);
    expect(found.scalars.epoch).toEqual([
      [5, began + 2, 1],
      [10, began + 4, 2],
    ]);
    expect(found.scalars['spectral-radius/rnn.0'].map(([step, , value]: number[]) => [step, value])).toEqual([
      [0, 1.25],
      [5, 1.5],
      [10, 1.75],
    ]);
    expect(Object.keys(found.scalars).sort()).toEqual(
      [
        'epoch',
        'momentum',
        'penalty/ar',
        'spectral-radius/rnn.0',
        'step_rate',
        'train/nll_per_step',
        'valid/nll_per_sequence_mean',
        'valid/nll_per_step',
      ].sort(),
    );
    const [first] = found.histograms['decomposition/rnn.0.delta'];
    const [step, min, max, num, sum, squares, limits, buckets] = first;
    // of 1, -1, .5 and 2
    expect([step, min, max, num, sum, squares]).toEqual([5, -1, 2, 4, 2.5, 6.25]);
    expect(limits.at(-1)).toBe(2);
    expect(buckets.reduce((a: number, b: number) => a + b)).toBe(4);
    expect(found.histograms['decomposition/rnn.0.delta']).toHaveLength(2);
    expect(found.tags.images.length).toBeGreaterThan(0);
    for (const [[at, width, height, bytes]] of Object.values(found.images) as number[][][]) {
      expect(at).toBe(10);
      expect(Math.min(width, height)).toBeGreaterThan(100);
      expect(bytes).toBeGreaterThan(1000);
    }
    expect(found.texts.config).toContain('| model.hidden |');
  },
  60_000,
);

test('equal runs give equal bytes', () => {
  const run = readRun(madeRun('twice'));
  expect(runEvents(run, undefined)).toEqual(runEvents(run, undefined));
});
