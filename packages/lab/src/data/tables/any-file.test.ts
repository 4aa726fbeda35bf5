import fc from 'fast-check';
import { LetheError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { readLabelled } from './labelled.ts';
import { readSeries } from './series.ts';
import { useScratch } from './testing.suite.ts';

const scratch = useScratch();

/** Cells of every kind, fitting and not. */
const cell = fc.oneof(
  fc.constantFrom(
    '',
    'NA',
    'inf',
    '1,5',
    '1.5',
    '"',
    "'",
    'a b c',
    '01/02/2020',
    '2020-01-01',
    '31.12.2025',
    '2020',
    '007',
    'x',
    'é',
  ),
  fc.integer({ min: -5, max: 5 }).map(String),
  fc.string({ maxLength: 6 }),
);
const header = fc.array(
  fc.constantFrom('text', 'label', 'id', 'ds', 'y', 't', 'split', 'group', '', 'y', 'x'),
  { maxLength: 6 },
);
const table = fc
  .tuple(
    header,
    fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 12 }),
    fc.constantFrom(',', ';', '\t', '|'),
    fc.constantFrom('\n', '\r\n', '\r'),
  )
  .map(([names, rows, delimiter, end]) => [names, ...rows].map((row) => row.join(delimiter)).join(end));
const anything = fc.oneof(table, fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 200 }));
const options = fc.record(
  {
    maxBad: fc.constantFrom(0, 0.5, 1),
    header: fc.boolean(),
    decimal: fc.constantFrom('.' as const, ',' as const),
    label: fc.constantFrom('label', 'y', '1', 'none'),
    target: fc.constantFrom('y', '2', 'none'),
  },
  { requiredKeys: [] },
);

async function isSentence(reading: Promise<unknown>): Promise<void> {
  const error = await reading.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error === undefined) return;
  expect(error).toBeInstanceOf(LetheError);
  expect((error as Error).message.length).toBeLessThan(2100);
}

describe('any file whatever', () => {
  it.each(['csv', 'tsv', 'jsonl', 'tsf'])('named .%s is read, or refused with a sentence', async (ending) => {
    await fc.assert(
      fc.asyncProperty(anything, options, async (content, said) => {
        const file = scratch.put(`f.${ending}`, content);
        await isSentence(readSeries(file, said));
        await isSentence(readLabelled(file, said));
      }),
      { numRuns: 150 },
    );
  });

  it('is read whole or counted: no row is lost without a word', async () => {
    const words = fc.constantFrom('fine', 'bad', 'a b', '', '1', '2.5', 'NA');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(words, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 30 }),
        async (rows) => {
          const file = scratch.put(
            'f.csv',
            `text,label,more\n${rows.map((row) => row.join(',')).join('\n')}\n`,
          );
          const data = await readLabelled(file, {
            maxBad: 1,
            text: 'text',
            label: 'label',
            labelKind: 'class',
            header: true,
            delimiter: ',',
          }).catch(() => undefined);
          // An empty line is no row.
          const all = rows.filter((row) => row.length > 1 || row[0] !== '').length;
          // Rows of empty cells at the end are said in a note.
          const passedOver =
            /(\d+) rows? without any value at the end/.exec(data?.notes.join() ?? '')?.[1] ?? 0;
          if (data) expect(data.length + data.unusable.count + Number(passedOver)).toBe(all);
        },
      ),
      {
        numRuns: 200,
        examples: [[[['fine', 'NA', 'fine'], ['fine', 'fine', 'fine'], ['fine'], ['', '', '']]]],
      },
    );
  });
});
