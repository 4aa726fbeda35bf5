import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, DataError } from '../errors.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';
import type { StoredTensor } from './stored.ts';

/** A file with the header and array bytes given, whatever they are. */
function file(header: string | object, data = 0, length?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  return bytes;
}

function entry(dtype: unknown, shape: unknown, begin: unknown, end: unknown): object {
  return { dtype, shape, data_offsets: [begin, end] };
}

/** The bits, so that NaN and -0 count. */
function raw(tensors: Record<string, StoredTensor>): [string, string, string, number[]][] {
  return Object.entries(tensors)
    .map(([name, { shape, data }]): [string, string, string, number[]] => [
      name,
      data.constructor.name,
      String(shape),
      [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
const stored = shapes.chain((shape): fc.Arbitrary<StoredTensor> => {
  const length = shape.reduce((product, count) => product * count, 1);
  const size = { minLength: length, maxLength: length };
  return fc.oneof(fc.float32Array(size), fc.float64Array(size)).map((data) => ({ shape, data }));
});
const names = fc.string({ unit: 'binary' }).filter((name) => name !== '__metadata__');

describe('safetensors', () => {
  it('gives back what was stored, bit by bit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(names, stored)).map(Object.fromEntries),
        fc.dictionary(fc.string({ unit: 'binary' }), fc.string()),
        (tensors, metadata) => {
          const bytes = encodeSafetensors(tensors, metadata);
          const back = decodeSafetensors(bytes);
          expect(raw(back.tensors)).toEqual(raw(tensors));
          expect(Object.entries(back.metadata)).toEqual(Object.entries(metadata));
          expect((8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))) % 8).toBe(0);
        },
      ),
    );
  });

  it('writes the bytes that the format asks for', () => {
    // The layout by hand from the format's description: length 72, padded header, then 1.0f and -2.0f.
    const bytes = encodeSafetensors({ w: { shape: [2], data: Float32Array.of(1, -2) } });
    const text = '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const header = text.padEnd(Math.ceil(text.length / 8) * 8);
    expect([...bytes.subarray(0, 8)]).toEqual([header.length, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + header.length))).toBe(header);
    expect([...bytes.subarray(8 + header.length)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  it('puts float64 first, so that every array is aligned', () => {
    const bytes = encodeSafetensors({
      odd: { shape: [1], data: Float32Array.of(1) },
      wide: { shape: [1], data: Float64Array.of(2) },
    });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(header.wide.data_offsets).toEqual([0, 8]);
    expect(header.odd.data_offsets).toEqual([8, 12]);
  });

  it('reads from the middle of a buffer and keeps no hold of it', () => {
    const bytes = encodeSafetensors({ w: { shape: [2], data: Float32Array.of(1, -2) } });
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    const { tensors } = decodeSafetensors(larger.subarray(3));
    larger.fill(0xff);
    expect([...tensors.w.data]).toEqual([1, -2]);
  });

  it('reads half precision, bfloat16 and whole numbers', () => {
    const header = {
      b: entry('BF16', [2], 0, 4),
      h: entry('F16', [5], 4, 14),
      i: entry('I32', [1], 14, 18),
      l: entry('I64', [1], 18, 26),
    };
    const bytes = file(header, 26);
    const view = new DataView(bytes.buffer, bytes.length - 26);
    // Bit patterns from IEEE 754: bfloat16 1.5 and -2; half 1, -2, 65504 (largest), 2^-24 (smallest), infinity.
    for (const [i, bits] of [0x3fc0, 0xc000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00].entries()) {
      view.setUint16(2 * i, bits, true);
    }
    view.setInt32(14, -7, true);
    view.setBigInt64(18, -(2n ** 40n), true);
    const { tensors } = decodeSafetensors(bytes);
    expect([...tensors.b.data]).toEqual([1.5, -2]);
    expect([...tensors.h.data]).toEqual([1, -2, 65504, 2 ** -24, Infinity]);
    expect([...tensors.i.data]).toEqual([-7]);
    expect([...tensors.l.data]).toEqual([-(2 ** 40)]);
    view.setBigInt64(18, 2n ** 60n, true);
    const { tensors: others, unread } = decodeSafetensors(bytes);
    expect(Object.keys(others)).toEqual(['b', 'h', 'i']);
    expect(unread.l).toEqual({
      dtype: 'I64',
      shape: [1],
      reason: expect.stringMatching(/below 2\^53, got 1152921504606846976 at element 0/),
    });
  });

  it('reads booleans, whole numbers of every width and 8-bit floats beside the arrays that are wanted', () => {
    const header = {
      w: entry('F32', [1], 0, 4),
      mask: entry('BOOL', [3], 4, 7),
      u8: entry('U8', [2], 7, 9),
      i8: entry('I8', [1], 9, 10),
      u16: entry('U16', [1], 10, 12),
      i16: entry('I16', [1], 12, 14),
      u32: entry('U32', [1], 14, 18),
      u64: entry('U64', [1], 18, 26),
      e4m3: entry('F8_E4M3', [6], 26, 32),
      e5m2: entry('F8_E5M2', [6], 32, 38),
      e8m0: entry('F8_E8M0', [2], 38, 40),
    };
    const bytes = file(header, 40);
    const view = new DataView(bytes.buffer, bytes.length - 40);
    view.setFloat32(0, 0.25, true);
    bytes.set([1, 0, 1, 200, 255, 0x80], bytes.length - 36);
    view.setUint16(10, 65535, true);
    view.setInt16(12, -32768, true);
    view.setUint32(14, 2 ** 32 - 1, true);
    view.setBigUint64(18, 2n ** 53n - 1n, true);
    bytes.set([0x38, 0xc0, 0x7e, 0x01, 0x08, 0xff], bytes.length - 14);
    bytes.set([0x3c, 0xc0, 0x7b, 0x01, 0x7c, 0x7f], bytes.length - 8);
    bytes.set([127, 130], bytes.length - 2);
    const { tensors, unread } = decodeSafetensors(bytes);
    const numbers = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, [...data]]));
    expect(numbers).toEqual({
      w: [0.25],
      mask: [1, 0, 1],
      u8: [200, 255],
      i8: [-128],
      u16: [65535],
      i16: [-32768],
      u32: [4294967295],
      u64: [9007199254740991],
      // torch 2.13: torch.tensor([0x38, 0xc0, 0x7e, 0x01, 0x08, 0xff], dtype=torch.uint8).view(torch.float8_e4m3fn).float()
      e4m3: [1, -2, 448, 2 ** -9, 2 ** -6, Number.NaN],
      // the same with 0x3c, 0xc0, 0x7b, 0x01, 0x7c, 0x7f and torch.float8_e5m2
      e5m2: [1, -2, 57344, 2 ** -16, Infinity, Number.NaN],
      // 2^(127 - 127) and 2^(130 - 127)
      e8m0: [1, 8],
    });
    expect(unread).toEqual({});
  });

  it('reads around complex and packed arrays and types that are newer than the reader, and names them', () => {
    const header = {
      w: entry('F32', [1], 0, 4),
      c: entry('C64', [2], 4, 20),
      packed: entry('F4', [4], 20, 22),
      six: entry('F6_E2M3', [4], 22, 25),
      later: entry('F128', [2], 25, 40),
    };
    const { tensors, unread } = decodeSafetensors(file(header, 40));
    expect(Object.keys(tensors)).toEqual(['w']);
    expect(Object.entries(unread).map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ['c', 'C64', [2]],
      ['packed', 'F4', [4]],
      ['six', 'F6_E2M3', [4]],
      ['later', 'F128', [2]],
    ]);
    expect(unread.c.reason).toMatch(/C64 is no type of real numbers/);
    expect(() => decodeSafetensors(file({ c: entry('F4', [3], 0, 2) }, 2))).toThrow(
      /expected 1.5 bytes for 'c'/,
    );
  });

  const two = { a: entry('F32', [2], 0, 8), b: entry('F32', [2], 8, 16) };
  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /at least 8 bytes, got 0/],
    ['a file cut in the header length', new Uint8Array(7), /got 7/],
    ['a header length beyond the file', file('{}', 0, 3), /header length of 3/],
    ['a header length beyond all files', file('{}', 0, Number.MAX_SAFE_INTEGER), /header length/],
    [
      'a file cut in the arrays',
      file(two, 15),
      /expected 16 bytes of arrays after the header, got 15.*cut short/,
    ],
    ['bytes after the arrays', file(two, 17), /got 17.*appended/],
    ['a header that is not JSON', file('{"a":'), /JSON header/],
    ['a header that is no UTF-8', file('{"a\u0000":1}').fill(0xff, 10, 11), /UTF-8/],
    ['an empty header', file(''), /JSON header/],
    ['a header that is a list', file('[]'), /JSON object/],
    ['a header that is null', file('null'), /JSON object/],
    [
      'a name that stands twice',
      file(`{"a":${JSON.stringify(two.a)},"a":${JSON.stringify(two.a)}}`, 8),
      /'a' twice/,
    ],
    ['a type that is no name of one', file({ a: entry('float 8', [8], 0, 8) }, 8), /dtype of 'a'.*"float 8"/],
    [
      'a name without end, in a sentence of bounded length',
      file({ ['a'.repeat(100_000)]: entry('F32', [3], 0, 8) }, 8),
      /^.{1000} … .{500}$/s,
    ],
    ['a type that is no text', file({ a: entry(32, [2], 0, 8) }, 8), /dtype of 'a'/],
    ['a type that every object has', file({ a: entry('constructor', [2], 0, 8) }, 8), /dtype of 'a'/],
    ['offsets that overlap', file({ ...two, b: entry('F32', [2], 4, 12) }, 12), /'b' to begin at 8.*overlap/],
    ['offsets that leave a gap', file({ ...two, b: entry('F32', [2], 12, 20) }, 20), /leave a gap/],
    ['offsets in the wrong order', file({ a: entry('F32', [2], 8, 0) }, 8), /\[begin, end\]/],
    ['offsets beyond the file', file({ a: entry('F32', [2 ** 40], 0, 2 ** 42) }, 8), /cut short/],
    ['one offset', file({ a: { dtype: 'F32', shape: [2], data_offsets: [8] } }, 8), /\[begin, end\]/],
    [
      'too few bytes for the shape',
      file({ a: entry('F32', [3], 0, 8) }, 8),
      /expected 12 bytes for 'a'.*got 8/,
    ],
    ['a negative length', file({ a: entry('F32', [-2], 0, 8) }, 8), /shape of 'a'/],
    ['a fractional length', file({ a: entry('F32', [0.5], 0, 2) }, 2), /shape of 'a'/],
    ['a shape that is no list', file({ a: entry('F32', 2, 0, 8) }, 8), /shape of 'a'/],
    [
      'a shape too large to count',
      file({ a: entry('F32', [2 ** 52, 2 ** 52, 2 ** 52], 0, 8) }, 8),
      /bytes for 'a'/,
    ],
    ['an entry without a shape', file({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4), /'a' to have dtype/],
    ['an entry with more', file({ a: { ...two.a, more: 1 } }, 8), /'a' to have dtype/],
    ['an entry that is a number', file({ a: 1 }), /'a' to have dtype/],
    ['metadata that are not texts', file({ __metadata__: { epoch: 3 } }), /__metadata__/],
    ['metadata that are a list', file({ __metadata__: [] }), /__metadata__/],
  ])('refuses %s', (_, bytes, sentence) => {
    expect(() => decodeSafetensors(bytes)).toThrow(DataError);
    expect(() => decodeSafetensors(bytes)).toThrow(sentence);
  });

  it('answers every cut and every changed header byte with a DataError or a sound file', () => {
    const whole = encodeSafetensors({ a: { shape: [3], data: Float32Array.of(1, 2, 3) } }, { k: 'v' });
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSafetensors(whole.subarray(0, length))).toThrow(DataError);
    }
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: whole.length - 13 }),
        fc.integer({ min: 0, max: 255 }),
        (at, byte) => {
          const changed = whole.slice();
          changed[at] = byte;
          try {
            for (const { shape, data } of Object.values(decodeSafetensors(changed).tensors)) {
              expect(shape.reduce((product, count) => product * count, 1)).toBe(data.length);
            }
          } catch (error) {
            if (!(error instanceof DataError)) throw error;
          }
        },
      ),
    );
  });

  it('reads a Node Buffer, whose slices are views', () => {
    const bytes = encodeSafetensors({ a: { shape: [2], data: Float32Array.of(1, 2) } });
    const whole = Buffer.concat([Buffer.alloc(8), bytes]).subarray(8);
    expect([...decodeSafetensors(whole).tensors.a.data]).toEqual([1, 2]);
  });

  it('refuses to write what it could not read', () => {
    const data = Float32Array.of(1, 2);
    expect(() => encodeSafetensors({ a: { shape: [3], data } })).toThrow(ConfigError);
    expect(() => encodeSafetensors({ __metadata__: { shape: [2], data } })).toThrow(ConfigError);
  });

  it('tells of what is wrong in a short sentence, whatever the size of it', () => {
    const big = 'a'.repeat(1_000_000);
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const array = (dtype: string, shape: string, offsets = '[0,4]'): string =>
      `{"a":{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}}`;
    for (const header of [
      array(`"${big}"`, '[1]'),
      array('"F32"', `"${big}"`),
      array('"F32"', deep),
      array('"F32"', '[1]', deep),
      array('"F32"', `[${'1,'.repeat(100_000)}-1]`),
      `{"${big}":{"dtype":"X","shape":[1],"data_offsets":[0,4]}}`,
      `{"a":{"${big}":1}}`,
      `{"${big}":1,"${big}":2}`,
      `{"__metadata__":{"a":${deep}}}`,
    ]) {
      expect(() => decodeSafetensors(file(header, 4))).toThrow(DataError);
      expect(() => decodeSafetensors(file(header, 4))).toThrow(/^.{20,2000}$/s);
    }
  });
});
