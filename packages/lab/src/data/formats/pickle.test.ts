import fc from 'fast-check';
import { DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { readPickle } from './pickle.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** The names of scalar and dtype in memo 5 and 7, as the sets begin with them; leaves nothing on the stack but them. */
const scalar = 'cnumpy.core.multiarray\nscalar\nq\x05';
const dtype =
  'cnumpy\ndtype\nq\x06U\x02i8K\x00K\x01\x87Rq\x07(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb';
const note = (value: string): string => `h\x05h\x07U\x08${value}\x86R`;
/** {'test': [[(72, -2)], ()]} in the opcodes of the sets, written by hand from pickletools' description. */
const small = latin1(
  `\x80\x02}q\x01(U\x04testq\x02]q\x03(]q\x04(${scalar}${dtype}U\x08H\0\0\0\0\0\0\0\x86R${note('\xfe\xff\xff\xff\xff\xff\xff\xff')}\x86q\x08e)eu.`,
);

function failure(pickle: Uint8Array): string {
  try {
    readPickle(pickle, 'x.pickle');
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

describe('readPickle', () => {
  it('reads dictionaries, lists, tuples and numpy scalars, from the memo as well', () => {
    const value = readPickle(small, 'x.pickle');
    expect(value).toEqual(new Map([['test', [[[72, -2]], []]]]));
  });

  it('reads appended single items, integers and None', () => {
    expect(readPickle(latin1('\x80\x02]q\x00K\x07a.'), 'x')).toEqual([7]);
    expect(readPickle(latin1('\x80\x02](NJ\xfe\xff\xff\xffU\x02hiq\x01h\x01e.'), 'x')).toEqual([
      null,
      -2,
      'hi',
      'hi',
    ]);
    expect(readPickle(latin1('\x80\x02]r\x00\x01\x00\x00(K\x01\x85K\x01K\x02K\x03\x87e.'), 'x')).toEqual([
      [1],
      [1, 2, 3],
    ]);
  });

  it('names a foreign class and does not touch it', () => {
    // CPython: pickle.dumps({'train': A()}, protocol=2) and pickle.dumps(A(), protocol=0), A.__reduce__ = (os.system, ...)
    const inDictionary = Buffer.from(
      '80027d71005805000000747261696e710163706f7369780a73797374656d0a71025810000000746f756368202f746d702f70776e65647103857104527105732e',
      'hex',
    );
    expect(failure(inDictionary)).toMatch(
      /byte 17: the pickle names the class posix\.system; allowed are numpy/,
    );
    expect(failure(latin1('cposix\nsystem\np0\n(Vtrue\np1\ntp2\nRp3\n.'))).toMatch(/the class posix\.system/);
    expect(failure(latin1('\x80\x02cnumpy\nload\n.'))).toMatch(/the class numpy\.load/);
    // Names that every JavaScript object has are no names of the table.
    expect(failure(latin1('\x80\x02c__proto__\n\n.'))).toMatch(/the class __proto__\./);
    expect(failure(latin1('\x80\x02cnumpy.dtype\n__class__\n.'))).toMatch(/numpy\.dtype\.__class__/);
  });

  it('refuses arguments and states that are not those of a scalar or a dtype', () => {
    expect(failure(latin1('\x80\x02cnumpy\ndtype\nU\x02S8K\x00K\x01\x87R.'))).toMatch(
      /expected a dtype of numbers such as i8, found "S8"/,
    );
    expect(
      failure(latin1(`\x80\x02${scalar}cnumpy\ndtype\nU\x02i8K\x00K\x01\x87RU\x08\0\0\0\0\0\0\0\0\x86R.`)),
    ).toMatch(/numpy scalar/);
    expect(failure(latin1(`\x80\x02${scalar}${dtype}U\x04\0\0\0\0\x86R.`))).toMatch(
      /such as an int64 of 8 bytes/,
    );
    expect(failure(latin1('\x80\x02cnumpy\ndtype\nU\x02i8K\x00K\x01\x87R(K\x03U\x01?tb.'))).toMatch(
      /known order of bytes/,
    );
    expect(failure(latin1('\x80\x02U\x02hi)R.'))).toMatch(/in front of arguments/);
    expect(failure(latin1('\x80\x02](K\x01tb.'))).toMatch(/expected a dtype/);
  });

  it('refuses other protocols, opcodes and a damaged stack', () => {
    expect(failure(latin1('\x80\x06].'))).toMatch(/expected a pickle protocol of at most 5, found 6/);
    expect(failure(latin1('\x80\x02\x82\x01.'))).toMatch(/byte 2: unexpected opcode 0x82/);
    expect(failure(latin1('\x80\x02.'))).toMatch(/operand is missing/);
    expect(failure(latin1('\x80\x02t.'))).toMatch(/mark is missing/);
    expect(failure(latin1('\x80\x02K\x01(\x85.'))).toMatch(/operand is missing/);
    expect(failure(latin1('\x80\x02h\x09.'))).toMatch(/memo slot 9 is empty/);
    expect(failure(latin1('\x80\x02}(NK\x02u.'))).toMatch(
      /expected a text or number as dictionary key, found None/,
    );
    expect(failure(latin1('\x80\x02}(U\x01au.'))).toMatch(/key without a value/);
    expect(failure(latin1('\x80\x02K\x01K\x02.'))).toMatch(/more than one value/);
    expect(failure(latin1('\x80\x02}K\x01a.'))).toMatch(/expected a list/);
  });

  it('names the place of any cut', () => {
    for (let length = 0; length < small.length; length++) {
      expect(failure(small.subarray(0, length))).toMatch(/^x\.pickle, byte \d+: .*cut short/);
    }
  });

  it('never throws anything but a DataError for damage, and never allocates by what a size says', () => {
    expect(failure(latin1('\x80\x02X\xff\xff\xff\xffabc.'))).toMatch(
      /expected 4294967295 more bytes .* found 4/,
    );
    expect(readPickle(latin1('\x80\x02]r\xff\xff\xff\xff.'), 'x')).toEqual([]);
    fc.assert(
      fc.property(fc.nat(small.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = Buffer.from(small);
        damaged[at] = value;
        try {
          readPickle(damaged, 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  describe('does work bounded by its size, and tells of it in a bounded sentence', () => {
    /** A list of two lists of two lists …, each held by the memo alone: 2^depth letters when written out. */
    const bomb = (depth: number): string => {
      const level = (slot: number): string =>
        `](h${String.fromCharCode(slot)}h${String.fromCharCode(slot)}eq${String.fromCharCode(slot + 1)}0`;
      return `]q\x010${Array.from({ length: depth }, (_, i) => level(i + 1)).join('')}h${String.fromCharCode(depth + 1)}`;
    };
    const itself = ']q\x01h\x01a';
    const huge = `X\x00\x00\x10\x00${'a'.repeat(2 ** 20)}`;

    it.each([
      ['a dtype of nested lists', `\x80\x02cnumpy\ndtype\n${bomb(40)}K\x00K\x01\x87R.`],
      ['a dtype of a list of itself', `\x80\x02cnumpy\ndtype\n${itself}K\x00K\x01\x87R.`],
      ['a dtype of a huge text', `\x80\x02cnumpy\ndtype\n${huge}K\x00K\x01\x87R.`],
      ['a key of nested lists', `\x80\x02}(${bomb(40)}K\x01u.`],
      ['a callee of nested lists', `\x80\x02${bomb(40)})R.`],
      ['a huge name', `\x80\x02c${'a'.repeat(2 ** 20)}\nb\n.`],
      ['a huge name from the stack', `\x80\x04${huge}\x8c\x01b\x93.`],
      ['a huge number', `\x80\x02I${'a'.repeat(2 ** 20)}\n.`],
      ['a long number', `\x80\x02\x8b\xff\x00\x00\x00${'\xff'.repeat(255)}.`],
      ['a text longer than all numbers', '\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xffabc.'],
    ])('%s', (_, pickle) => {
      const begin = performance.now();
      expect(failure(latin1(pickle)).length).toBeLessThan(400);
      expect(performance.now() - begin).toBeLessThan(2000);
    });

    it('arrays made of the same bytes over and over', () => {
      const type = `cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|tbq\x01`;
      const bytes = `${huge}q\x02`;
      const one = `cnumpy.core.numeric\n_frombuffer\n(h\x02h\x01J\x00\x00\x10\x00\x85U\x01CtR`;
      expect(failure(latin1(`\x80\x05${type}${bytes}](${one.repeat(1000)}e.`))).toMatch(
        /larger together than the file/,
      );
    });
  });
});
