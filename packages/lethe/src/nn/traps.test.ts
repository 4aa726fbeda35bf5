/**
 * Mistakes of published implementations, each with a test that fails where it is made. More of them stand with what
 * they are about; docs/methods.md lists all.
 */
import { describe, expect, it } from 'vitest';
import { drawMask, drawZoneout } from '../dropout/masks.ts';
import { parseDropout } from '../dropout/parse.ts';
import { isGaussian, meanOf } from '../moments/gaussian.ts';
import { NoiseStream } from '../random/stream.ts';
import { Tensor, tensor } from '../tensor/tensor.ts';
import { gru, lstm, rnn } from './recurrent/layers.ts';

const stream = new NoiseStream(42, 1);
const [T, B, I, H] = [5, 3, 8, 12];
const axes = { steps: T, batch: B, width: H };
const x = new Tensor([T, B, I], stream.normals({ site: 'sample' }, T * B * I));
const withDropout = (dropout: string) => ({ inputSize: I, hiddenSize: H, dropout: parseDropout(dropout) });

describe('traps', () => {
  it('untied gates have a mask each, not the first one again and again (tfjs 4.22 draws four and uses one)', () => {
    for (const [layer, G] of [
      [lstm(withDropout('variational:recurrent=.5,gates=untied'), stream), 4],
      [gru(withDropout('variational:recurrent=.5,gates=untied'), stream), 3],
    ] as const) {
      const mask = drawMask(layer.plan, 'recurrent', stream, axes)!;
      expect(mask.data).toHaveLength(G * B * H);
      const gates = Array.from({ length: G }, (_, g) =>
        mask.data.slice(g * mask.gate, g * mask.gate + B * H).join(),
      );
      expect(new Set(gates).size).toBe(G);
    }
  });

  it('input masks stay tied over gates when a recurrent mask is on (Keras unties them)', () => {
    const { plan } = lstm(withDropout('variational:input=.5,recurrent=.5'), stream);
    const mask = drawMask(plan, 'input', stream, { ...axes, width: I })!;
    expect([mask.data.length, mask.gate]).toEqual([B * I, 0]);
  });

  it('weight drop by rows drops whole columns here, in training alone (AWD-LSTM, whose form of it is on at test as well)', () => {
    const layer = lstm(withDropout('awd:weight=.5,rows=true'), stream);
    const { data } = drawMask(layer.plan, 'weight', stream, {
      steps: 1,
      batch: B,
      width: H * 4 * H,
      columns: 4 * H,
    })!;
    const columns = [...data.slice(0, 4 * H)];
    for (let i = 0; i < H; i++) expect([...data.slice(i * 4 * H, (i + 1) * 4 * H)]).toEqual(columns);
    expect(new Set(columns)).toEqual(new Set([0, 2]));
    const plain = lstm({ inputSize: I, hiddenSize: H }, stream);
    expect(meanOf(layer.forward(x).output).toArray()).toEqual(meanOf(plain.forward(x).output).toArray());
  });

  it('zoneout rates are probabilities of keeping the old value (flags of the authors are those of updating)', () => {
    const { plan } = rnn(withDropout('zoneout:hidden=.1'), stream);
    const steps = 400;
    const { data } = drawZoneout(plan, 'hidden', stream, { steps, batch: B, width: H })!;
    const kept = Array.from(data).reduce((sum, keep) => sum + keep, 0) / data.length;
    // 14,400 draws: 4 sigma = 4 sqrt(.1 * .9 / 14400) = .01
    expect(Math.abs(kept - 0.1)).toBeLessThan(0.01);
    // A mask for every step, so that no step replays another's (haste's backward pass replayed the first).
    const first = data.slice(0, B * H).join();
    expect(data.slice(B * H, 2 * B * H).join()).not.toBe(first);
  });

  it('fast dropout multiplies the mean by the rate of keeping (breze: by that of dropping) and its p = 0 is allowed', () => {
    const mean = (rate: number) => {
      const layer = rnn(
        {
          ...withDropout(`fast:recurrent=${rate},form=gauss-hermite`),
          hiddenSize: 1,
          inputSize: 1,
          activation: 'identity',
        },
        stream,
      );
      layer.parameters.weightIn.data[0] = 1;
      layer.parameters.weightRec.data[0] = 1;
      const { output } = layer.forward(tensor([1, 0, 0], [3, 1, 1]), undefined, stream);
      expect(isGaussian(output)).toBe(true);
      return meanOf(output).toArray();
    };
    // x = 1, 0, 0 through h_t = x_t + m_t h_{t-1}, E[m] = 1 - rate
    mean(0.2).forEach((value, t) => {
      expect(value).toBeCloseTo(0.8 ** t, 6);
    });
    expect(mean(0)).toEqual([1, 1, 1]);
  });

  it('a rate of 1 is refused, and so is inverted scaling of what is carried on (lstms.pth scales RNNDrop by 1/q at each step)', () => {
    expect(() => parseDropout('naive:input=1')).toThrow('below 1');
    const entry = { ...parseDropout('rnndrop:cell=.5').noise[0], scaling: 'inverted' as const };
    const dropout = { ...parseDropout('rnndrop:cell=.5'), noise: [entry] };
    expect(() => lstm({ inputSize: I, hiddenSize: H, dropout }, stream)).toThrow("set scaling 'paper'");
  });
});
