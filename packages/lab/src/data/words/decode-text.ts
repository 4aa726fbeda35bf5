/**
 * Bytes of a text to characters, piece by piece: UTF-8, UTF-16 in either order of bytes, and Latin-1. What is none of the
 * encoding is named by its place.
 */
import { isUtf8 } from 'node:buffer';
import { DataError } from 'lethe';

/** `auto`: what the byte order mark says, else UTF-8. */
export const encodings = ['auto', 'utf-8', 'utf-16le', 'utf-16be', 'latin1'] as const;
export type Encoding = (typeof encodings)[number];

/**
 * What ends a line. `universal`: a newline, a carriage return, or both in this order, and each becomes one newline.
 * `completed`: a newline alone, and readers add one where the last line of a file has none; for runs that were trained so.
 */
export const lineEnds = ['universal', 'completed'] as const;
export type LineEnds = (typeof lineEnds)[number];

/** How the bytes of a text are read. */
export interface DecodeOptions {
  /** @defaultValue 'auto' */
  encoding?: Encoding;
  /** @defaultValue 'universal' */
  lineEnds?: LineEnds;
}

/** Takes bytes and gives text, which never ends inside a character. */
export interface TextDecoding {
  push(bytes: Uint8Array): string;
  /** The text behind the last byte. Throws DataError when that lies inside a character. */
  end(): string;
  /** what the text is read as; undefined before its first bytes */
  readonly encoding: Exclude<Encoding, 'auto'> | undefined;
}

/**
 * A decoder for one text; its byte order mark is left out.
 * @param where the name of the text, for errors
 * @throws DataError, from `push` and `end`, that names byte and line of what is not text in this encoding
 */
export function textDecoder(
  where: string,
  { encoding = 'auto', lineEnds }: DecodeOptions = {},
): TextDecoding {
  let form: Form | undefined;
  /** Bytes of a character that has not ended, copied, and how many came before them. */
  let rest = new Uint8Array(0);
  let offset = 0;
  const lines = lineReader(lineEnds);
  const decode = (bytes: Uint8Array, isLast: boolean): string => {
    let all = bytes;
    if (rest.length > 0) {
      all = new Uint8Array(rest.length + bytes.length);
      all.set(rest);
      all.set(bytes, rest.length);
    }
    if (!form) {
      if (all.length < longestMark && !isLast) {
        rest = all.slice();
        return '';
      }
      const found = formOf(all, encoding);
      form = found.form;
      offset = found.mark;
      all = all.subarray(offset);
    }
    const end = form.complete(all);
    const whole = all.subarray(0, end);
    const bad = form.firstBad(whole);
    if (bad) {
      const line = lines.count(form.text(whole.subarray(0, bad.at)));
      throw notText(where, form, `${bad.what} at byte ${offset + bad.at} (line ${line})`, whole);
    }
    const text = lines.read(form.text(whole));
    rest = all.slice(end);
    offset += end;
    if (isLast && rest.length > 0) {
      throw notText(where, form, `half a character at its end, byte ${offset} (line ${lines.count('')})`);
    }
    return text;
  };
  return {
    push: (bytes) => decode(bytes, false),
    end: () => decode(new Uint8Array(0), true),
    get encoding() {
      return form?.encoding;
    },
  };
}

/** The name of an encoding, for people. */
export function encodingTitle(encoding: Exclude<Encoding, 'auto'>): string {
  return { 'utf-8': 'UTF-8', 'utf-16le': 'UTF-16LE', 'utf-16be': 'UTF-16BE', latin1: 'Latin-1' }[encoding];
}

// --- internal ---

/** An encoding: all that is known of it. */
interface Form {
  encoding: Exclude<Encoding, 'auto'>;
  mark: readonly number[];
  /** how many bytes hold whole characters; what follows may be the beginning of one */
  complete(bytes: Uint8Array): number;
  /** the first place that is not text */
  firstBad(bytes: Uint8Array): { at: number; what: string } | undefined;
  text(bytes: Uint8Array): string;
}

const longestMark = 3;

const utf8: Form = {
  encoding: 'utf-8',
  mark: [0xef, 0xbb, 0xbf],
  complete(bytes) {
    // A character has at most four bytes; only its beginning can be missing the others.
    for (let at = bytes.length - 1; at >= Math.max(0, bytes.length - 3); at--) {
      const length = utf8Length(bytes[at]);
      if (length === 0) continue;
      return length > bytes.length - at ? at : bytes.length;
    }
    return bytes.length;
  },
  firstBad(bytes) {
    const zero = bytes.indexOf(0);
    const text = zero < 0 ? bytes : bytes.subarray(0, zero);
    if (!isUtf8(text)) {
      const at = firstBadUtf8(text);
      return { at, what: hex(text[at]) };
    }
    return zero < 0 ? undefined : { at: zero, what: 'a zero byte' };
  },
  text: (bytes) => decoder.decode(bytes),
};

/** A mark inside a text is a character of it. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const utf16 = (encoding: 'utf-16le' | 'utf-16be'): Form => {
  const isLittle = encoding === 'utf-16le';
  const unit = (bytes: Uint8Array, at: number): number =>
    isLittle ? bytes[at] | (bytes[at + 1] << 8) : (bytes[at] << 8) | bytes[at + 1];
  return {
    encoding,
    mark: isLittle ? [0xff, 0xfe] : [0xfe, 0xff],
    complete(bytes) {
      const even = bytes.length - (bytes.length % 2);
      return even >= 2 && isHigh(unit(bytes, even - 2)) ? even - 2 : even;
    },
    firstBad(bytes) {
      for (let at = 0; at < bytes.length; at += 2) {
        const code = unit(bytes, at);
        if (code === 0) return { at, what: 'a zero character' };
        if (code < 0xd800 || code > 0xdfff) continue;
        const isPair = isHigh(code) && at + 2 < bytes.length && (unit(bytes, at + 2) & 0xfc00) === 0xdc00;
        if (!isPair) return { at, what: `half a surrogate pair, 0x${code.toString(16).toUpperCase()}` };
        at += 2;
      }
      return undefined;
    },
    text(bytes) {
      const copy = Buffer.from(bytes);
      return (isLittle ? copy : copy.swap16()).toString('utf16le');
    },
  };
};

/** ISO 8859-1, and in 0x80 to 0x9F, where that has control characters alone, the signs of Windows-1252. */
const latin1: Form = {
  encoding: 'latin1',
  mark: [],
  complete: (bytes) => bytes.length,
  firstBad(bytes) {
    const zero = bytes.indexOf(0);
    return zero < 0 ? undefined : { at: zero, what: 'a zero byte' };
  },
  text: (bytes) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      .toString('latin1')
      .replace(/[\x80-\x9f]/g, (character) => windows1252[character.charCodeAt(0) - 0x80]),
};

/** https://encoding.spec.whatwg.org/index-windows-1252.txt */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const forms: readonly Form[] = [utf8, utf16('utf-16le'), utf16('utf-16be'), latin1];

function formOf(bytes: Uint8Array, encoding: Encoding): { form: Form; mark: number } {
  const marked = ({ mark }: Form): boolean => mark.length > 0 && mark.every((byte, i) => bytes[i] === byte);
  const form =
    encoding === 'auto' ? (forms.find(marked) ?? utf8) : forms.find((one) => one.encoding === encoding)!;
  return { form, mark: marked(form) ? form.mark.length : 0 };
}

const isHigh = (code: number): boolean => (code & 0xfc00) === 0xd800;

/** Bytes of the character that begins with this one; 0 for one inside a character. */
function utf8Length(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xc0) return 0;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/** The first byte of the first character that is not well-formed (Unicode 15, table 3-7). */
function firstBadUtf8(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const length = utf8Length(bytes[at]);
    if (length === 0) return at;
    if (!isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return bytes.length;
}

const hex = (byte: number): string => `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** Makes newlines of line ends where it is told to, and knows the number of the line. */
function lineReader(ends: LineEnds = 'universal') {
  let line = 1;
  let afterReturn = false;
  const unified = (text: string): string => {
    const rest = afterReturn && text.startsWith('\n') ? text.slice(1) : text;
    return rest.includes('\r') ? rest.replace(/\r\n?/g, '\n') : rest;
  };
  return {
    read(text: string): string {
      const newlines = unified(text);
      line += newlinesIn(newlines);
      if (text !== '') afterReturn = text.endsWith('\r');
      return ends === 'universal' ? newlines : text;
    },
    /** The number of the line behind more text, which is not read. */
    count: (text: string): number => line + newlinesIn(unified(text)),
  };
}

function newlinesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function notText(where: string, { encoding }: Form, found: string, bytes?: Uint8Array): DataError {
  return new DataError(
    `${where}: expected text in ${encodingTitle(encoding)}, found ${found}; ${advice(encoding, bytes)}`,
  );
}

/** Every second byte of most languages is zero in UTF-16; a byte that is no UTF-8 is often a letter of Latin-1. */
function advice(encoding: Form['encoding'], bytes?: Uint8Array): string {
  if (!bytes) return 'its end is missing';
  const seen = bytes.subarray(0, 1000);
  const zeros = [0, 0];
  for (const [i, byte] of seen.entries()) if (byte === 0) zeros[i % 2]++;
  const many = Math.max(4, seen.length / 4);
  if (encoding === 'utf-8' || encoding === 'latin1') {
    if (zeros[1] >= many && zeros[0] < many)
      return 'it looks like UTF-16: --encoding utf-16le reads it as that';
    if (zeros[0] >= many && zeros[1] < many)
      return 'it looks like UTF-16: --encoding utf-16be reads it as that';
    if (zeros[0] + zeros[1] > 0) return 'it is no text: leave it out';
    return 'convert it, or name its encoding, as in --encoding latin1';
  }
  return 'convert it, or name another encoding (--encoding)';
}
