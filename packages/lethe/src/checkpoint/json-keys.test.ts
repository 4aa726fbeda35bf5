import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duplicateKey } from './json-keys.ts';

describe('duplicateKey', () => {
  it('finds a key that stands twice in one object, however it is written', () => {
    expect(duplicateKey('{"a":1,"b":2,"a":3}')).toBe('a');
    expect(duplicateKey('{"a":{"x":1,"x":2}}')).toBe('x');
    expect(duplicateKey('{"a":1, "\\u0061" : 2}')).toBe('a');
    expect(duplicateKey('[{"k":[{"q":1}, {"q":1,"q":2}]}]')).toBe('q');
  });

  it('lets equal keys of different objects and equal values be', () => {
    expect(duplicateKey('{"a":{"a":1},"b":{"a":1},"c":["a","a",{"a":"a"}]}')).toBeUndefined();
    expect(duplicateKey('{"a":"{\\"a\\":1","b:":":"}')).toBeUndefined();
    expect(duplicateKey('"a"')).toBeUndefined();
  });

  it('finds none in what JSON.stringify writes', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => duplicateKey(JSON.stringify(value)) === undefined));
  });
});
