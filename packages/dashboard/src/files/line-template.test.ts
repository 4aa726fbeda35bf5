import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { figuresOf } from './event-figures.ts';
import { LineTemplate } from './line-template.ts';

/** The figures that a template reads from another line, or undefined where it takes the line for another. */
function readWith(first: string, other: string): Map<string, number> | undefined {
  const template = LineTemplate.of(Buffer.from(first));
  if (!template) return undefined;
  const values = new Float64Array(template.columns.length);
  const bytes = Buffer.from(`${other}\n`);
  const end = template.read(
    bytes,
    0,
    template.columns.map(() => true),
    values,
  );
  if (end !== bytes.length) return undefined;
  return new Map(template.columns.map((name, i) => [name, values[i]]));
}

const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constant(null));
const figures = fc.dictionary(fc.string({ maxLength: 8 }), number, { maxKeys: 5 });
const event = (epoch: number, train: object, valid: object, best: boolean): string =>
  JSON.stringify({ event: 'epoch', epoch, step: 5 * epoch, train, seconds: epoch / 7, valid, best });

describe('the template of a line', () => {
  it('reads from lines like it what JSON reads, to the bit', () => {
    fc.assert(
      fc.property(
        figures,
        fc.array(number, { minLength: 5, maxLength: 5 }),
        fc.nat(),
        fc.boolean(),
        (keys, values, epoch, best) => {
          const other = Object.fromEntries(Object.keys(keys).map((key, i) => [key, values[i]]));
          const [first, second] = [event(1, keys, keys, true), event(epoch, other, other, best)];
          const found = readWith(first, second);
          const expected = figuresOf(second)!.figures;
          expect(found).toEqual(
            new Map([...expected].map(([name, value]) => [name, value ?? Number.POSITIVE_INFINITY])),
          );
        },
      ),
    );
  });

  it.each([
    ['another key', event(1, { a: 1 }, { b: 1 }, true), event(1, { a: 1 }, { c: 1 }, true)],
    ['one key more', event(1, { a: 1 }, { b: 1 }, true), event(1, { a: 1, d: 1 }, { b: 1 }, true)],
    ['a text in place of a number', event(1, { a: 1 }, {}, true), event(1, { a: 'x' }, {}, true)],
    [
      'a number that JSON does not know',
      event(1, { a: 1 }, {}, true),
      event(1, { a: 7 }, {}, true).replace('"a":7', '"a":1-2'),
    ],
    ['something behind it', event(1, { a: 1 }, {}, true), `${event(1, { a: 1 }, {}, true)} x`],
    ['another event', event(1, { a: 1 }, {}, true), event(1, { a: 1 }, {}, true).replace('epoch', 'epocx')],
  ])('leaves a line with %s to JSON', (_, first, second) => {
    expect(readWith(first, first)).toBeDefined();
    expect(readWith(first, second)).toBeUndefined();
  });

  it('is made of events with figures alone', () => {
    for (const line of ['{"event":"done","epochs":3}', '[]', 'x', '', '{"event":"epoch"}']) {
      expect(LineTemplate.of(Buffer.from(line)), line).toBeUndefined();
    }
  });
});
