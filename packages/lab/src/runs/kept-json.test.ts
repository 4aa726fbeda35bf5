import { ConfigError, DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { useScratch } from '../data/scratch.suite.ts';
import { keptJson } from './kept-json.ts';

const scratch = useScratch();
const schema = z.strictObject({ name: z.string(), sizes: z.array(z.number()) });
const kept = keptJson('sizes.json', 'sizes', schema, 'measure again');

describe('a JSON file of a run', () => {
  it('is one line with the number of its format, and comes back as it was written', () => {
    const content = { name: 'a\nb', sizes: [1, 2.5] };
    expect(kept.text(content)).toBe('{"format":1,"name":"a\\nb","sizes":[1,2.5]}\n');
    scratch.put('sizes.json', kept.text(content));
    expect(kept.read(scratch.root)).toEqual(content);
    expect(kept.required(scratch.root)).toEqual(content);
  });

  it('is read as what its schema makes of it', () => {
    const sum = keptJson(
      'sum.json',
      'sum',
      schema.transform(({ sizes }) => sizes[0] + sizes[1]),
    );
    scratch.put('sum.json', sum.text({ name: '', sizes: [3, 4] }));
    expect(sum.read(scratch.root)).toBe(7);
  });

  it('may be missing, unless it is required', () => {
    expect(kept.read(scratch.root)).toBeUndefined();
    expect(() => kept.required(scratch.root)).toThrow(ConfigError);
    expect(() => kept.required(scratch.root)).toThrow(
      `${scratch.root}: expected sizes.json, found none; the run is not complete`,
    );
  });

  it.each([
    ['cut off', '{"format":1,"name":"a","si', /holds no sizes of format 1: .*JSON.*; measure again$/],
    ['of another format', '{"format":2,"name":"a","sizes":[]}', /holds no sizes of format 1: format: /],
    [
      'with a wrong value',
      '{"format":1,"name":"a","sizes":[1,"2"]}',
      /of format 1: sizes\.1: .*; measure again$/,
    ],
    ['with a strange key', '{"format":1,"name":"a","sizes":[],"more":0}', /of format 1: .*more/],
  ])('is refused %s, and said why', (_, text, message) => {
    const file = scratch.put('sizes.json', text);
    expect(() => kept.read(scratch.root)).toThrow(DataError);
    expect(() => kept.read(scratch.root)).toThrow(message);
    expect(() => kept.read(scratch.root)).toThrow(file);
  });

  it('that cannot be read is no missing one', () => {
    scratch.put('sizes.json/inside', '');
    expect(() => kept.read(scratch.root)).toThrow(/sizes\.json: cannot be read: it is a directory/);
  });
});
