import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Summary } from './summary.ts';

const figure = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: null });
const event = fc.oneof(
  fc.record({ train: figure, valid: figure, best: fc.boolean() }).map(({ train, valid, best }) => ({
    ...{
      event: 'epoch',
      step: 5,
      train: { nll: train },
      seconds: 0.5,
      valid: { nll: valid, other: 1 },
      best,
    },
  })),
  figure.map((radius) => ({ event: 'observe', name: 'spectral-radius', step: 5, values: { rnn: radius } })),
  fc.record({ stepRate: fc.double({ noNaN: true, noDefaultInfinity: true }) }).map(({ stepRate }) => ({
    ...{ event: 'epoch', step: 7, train: { nll: 1 }, seconds: 2, stepRate, best: false },
  })),
  fc.constant({ event: 'start' }),
  fc.constant({ event: 'interrupted' }),
  fc.constant({ event: 'epoch', epoch: null }),
  fc.constant('no event'),
);

it('of lines that are known is that of every line by JSON', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), fc.nat({ max: 40 }), (events, cut) => {
      const lines = events.map((one, i) =>
        JSON.stringify(typeof one === 'string' ? one : { epoch: i, ...one }),
      );
      const [byJson, byTemplate] = [new Summary(), new Summary()];
      byJson.add(lines);
      for (const part of [lines.slice(0, cut), lines.slice(cut)])
        byTemplate.read(Buffer.from(part.map((line) => `${line}\n`).join('')));
      expect(byTemplate).toEqual(byJson);
    }),
  );
});
