import { DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { type DecodeOptions, textDecoder } from './decode-text.ts';

/** The text of bytes that come in pieces of a size. */
function decoded(bytes: Uint8Array, options: DecodeOptions = {}, size = bytes.length): string {
  const decoder = textDecoder('a.txt', options);
  let text = '';
  for (let at = 0; at < bytes.length; at += Math.max(1, size))
    text += decoder.push(bytes.subarray(at, at + size));
  return text + decoder.end();
}

const utf16 = (text: string, isLittle = true): Uint8Array => {
  const bytes = Buffer.from(text, 'utf16le');
  return isLittle ? bytes : bytes.swap16();
};

describe('textDecoder', () => {
  const text = 'aé–€😀\nÿþz';

  it('reads every encoding by its mark or by name, wherever the pieces end', () => {
    const cases: [Uint8Array, DecodeOptions][] = [
      [Buffer.from(text), {}],
      [Buffer.from(`\ufeff${text}`), {}],
      [Buffer.from(`\ufeff${text}`), { encoding: 'utf-8' }],
      [utf16(`\ufeff${text}`), {}],
      [utf16(`\ufeff${text}`, false), {}],
      [utf16(text), { encoding: 'utf-16le' }],
      [utf16(`\ufeff${text}`), { encoding: 'utf-16le' }],
      [utf16(text, false), { encoding: 'utf-16be' }],
    ];
    for (const [bytes, options] of cases) {
      for (let size = 1; size <= bytes.length; size++) expect(decoded(bytes, options, size)).toBe(text);
    }
  });

  it('reads Latin-1 with the signs of Windows-1252 where it has none', () => {
    // 0x93 and 0x94 are quotation marks of Windows-1252, 0xE9 is é in both, 0x81 is in neither.
    const bytes = Uint8Array.of(0x93, 0x63, 0xe9, 0x94, 0x80, 0x81, 0xff);
    expect(decoded(bytes, { encoding: 'latin1' }, 1)).toBe('“cé”€\u0081ÿ');
  });

  it('keeps a byte order mark inside a text, and reads what is shorter than one', () => {
    expect(decoded(Buffer.from('a\ufeffb'))).toBe('a\ufeffb');
    expect(decoded(Buffer.from('\ufeff\ufeff'))).toBe('\ufeff');
    expect(decoded(Buffer.from('a'))).toBe('a');
    expect(decoded(new Uint8Array(0))).toBe('');
    expect(decoded(Buffer.from('\ufeff'))).toBe('');
    expect(decoded(Uint8Array.of(0xff, 0xfe))).toBe('');
  });

  it('says what it read', () => {
    const decoder = textDecoder('a.txt');
    expect(decoder.encoding).toBeUndefined();
    decoder.push(utf16('\ufeffab', false));
    expect(decoder.encoding).toBe('utf-16be');
  });

  it('makes one newline of every line end, wherever the pieces end', () => {
    const mixed = 'a\r\nb\rc\nd\r\r\ne\n\rf\r';
    for (let size = 1; size <= mixed.length; size++) {
      expect(decoded(Buffer.from(mixed), {}, size)).toBe('a\nb\nc\nd\n\ne\n\nf\n');
      expect(decoded(Buffer.from(mixed), { lineEnds: 'completed' }, size)).toBe(mixed);
    }
  });

  it.each<[title: string, bytes: Uint8Array, options: DecodeOptions, sentence: RegExp]>([
    [
      'a byte of Latin-1',
      Buffer.from('ab\r\ncaf\xe9 d', 'latin1'),
      {},
      /UTF-8, found 0xE9 at byte 7 \(line 2\); .*--encoding latin1/,
    ],
    [
      'it after a mark',
      Buffer.concat([Buffer.from('\ufeffa\r'), Uint8Array.of(0xff, 97)]),
      {},
      /0xFF at byte 5 \(line 2\)/,
    ],
    // Overlong, a surrogate, beyond U+10FFFF, and a beginning without its end (Unicode 15, table 3-7).
    ['an overlong form', Uint8Array.of(97, 0xc0, 0x80), {}, /0xC0 at byte 1/],
    ['a surrogate in UTF-8', Uint8Array.of(0xed, 0xa0, 0x80, 97), {}, /0xED at byte 0/],
    ['a plane that is not', Uint8Array.of(97, 97, 0xf4, 0x90, 0x80, 0x80), {}, /0xF4 at byte 2/],
    ['a torn character', Uint8Array.of(0xe2, 0x82, 97, 98), {}, /0xE2 at byte 0/],
    [
      'half a character at the end',
      Uint8Array.of(10, 97, 0xc3),
      {},
      /half a character at its end, byte 2 \(line 2\)/,
    ],
    ['a zero byte', Buffer.from('ab\n\0'), {}, /a zero byte at byte 3 \(line 2\); it is no text/],
    ['UTF-16LE without a mark', utf16('hello there'), {}, /zero byte at byte 1 .*--encoding utf-16le/],
    ['UTF-16BE without a mark', utf16('hello there', false), {}, /zero byte at byte 0 .*--encoding utf-16be/],
    [
      'a zero in Latin-1',
      Uint8Array.of(97, 0),
      { encoding: 'latin1' },
      /Latin-1, found a zero byte at byte 1/,
    ],
    [
      'half a pair',
      utf16('\ufeffa\n\ud83dx'),
      {},
      /UTF-16LE, found half a surrogate pair, 0xD83D at byte 6 \(line 2\)/,
    ],
    [
      'the second half alone',
      utf16('\udc00x', false),
      { encoding: 'utf-16be' },
      /half a surrogate pair, 0xDC00 at byte 0/,
    ],
    ['an odd byte', Uint8Array.of(0xff, 0xfe, 97, 0, 98), {}, /half a character at its end, byte 4/],
    ['UTF-32', Uint8Array.of(0xff, 0xfe, 0, 0, 97, 0, 0, 0), {}, /a zero character at byte 2/],
  ])('refuses %s by its place, wherever the pieces end', (_, bytes, options, sentence) => {
    for (const size of [bytes.length, 1, 2, 3]) {
      const reading = () => decoded(bytes, options, size);
      expect(reading).toThrow(DataError);
      // What is advised goes by the bytes that came together.
      if (size === bytes.length) expect(reading).toThrow(sentence);
      else
        expect(reading).toThrow(
          new RegExp(sentence.source.split(/; | \.\*/)[0].replace(/^UTF-\w+, |^Latin-1, /, '')),
        );
    }
  });
});
