import { describe, expect, it } from 'vitest';
import { streamOfCopies, streamOfDraw } from '../uncertainty/mc-dropout.ts';
import { atPass } from './passes.ts';
import { NoiseStream } from './stream.ts';

const stream = new NoiseStream(7, 3).trained(11);

describe('atPass', () => {
  it('keeps everything else of a stream', () => {
    const { step, pass, progress } = atPass(stream.at(3, 2), (own) => 2 * own + 1);
    expect({ step, pass, progress }).toEqual({ step: 3, pass: 5, progress: 11 });
  });

  it('moves every group from its own step and pass', () => {
    const groups = [stream.at(5, 1), stream.at(6, 4)].map((own, i) => ({ stream: own, rows: i + 1 }));
    const moved = atPass(stream.of(groups), (pass) => pass + 10);
    expect(moved.groups!.map((one) => [one.stream.step, one.stream.pass, one.rows])).toEqual([
      [5, 11, 1],
      [6, 14, 2],
    ]);
  });
});

describe('draws of a stream with groups', () => {
  const grouped = stream.of([
    { stream: stream.at(5), rows: 1 },
    { stream: stream.at(6), rows: 1 },
  ]);

  it('leave what draws apart apart', () => {
    const places = ({ groups }: NoiseStream) => groups!.map((one) => [one.stream.step, one.stream.pass]);
    expect(places(streamOfDraw(grouped, 3))).toEqual([
      [5, 6],
      [6, 6],
    ]);
    expect(places(streamOfCopies(grouped, 2, 2))).toEqual([
      [5, 0],
      [6, 0],
      [5, 2],
      [6, 2],
    ]);
  });
});
