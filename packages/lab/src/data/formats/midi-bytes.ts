/** The bytes of one chunk of a MIDI file, read in order; every error names the chunk and the byte of the file. */
import { DataError } from 'lethe';

/** A cursor over bytes `at` to `end` of a file. */
export class MidiBytes {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly where: string;
  at: number;

  /** @param where file and chunk as errors name them, such as `tune.mid, track 2` */
  constructor(bytes: Uint8Array, at: number, end: number, where: string) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.where = where;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** Throws a DataError that names chunk and byte. */
  fail(what: string, at = this.at): never {
    throw new DataError(`${this.where}, byte ${at}: ${what}`);
  }

  byte(): number {
    if (this.at >= this.end) this.fail('an event is cut short by the end of the chunk');
    return this.bytes[this.at++];
  }

  /** A data byte, 0 to 127. */
  data(): number {
    const value = this.byte();
    if (value > 127) this.fail(`expected a data byte below 128, found ${value}`, this.at - 1);
    return value;
  }

  /** A whole number of `count` bytes, highest first. */
  number(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 256 + this.byte();
    return value;
  }

  /** A quantity of variable length: seven bits a byte, at most four bytes. */
  quantity(): number {
    const start = this.at;
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const byte = this.byte();
      value = (value << 7) | (byte & 127);
      if (byte < 128) return value;
    }
    return this.fail('a number longer than four bytes', start);
  }

  /** Goes on past `count` bytes. */
  skip(count: number): void {
    if (count > this.left) this.fail(`expected ${count} bytes of an event, found ${this.left}`);
    this.at += count;
  }

  /** Four letters. */
  tag(): string {
    return String.fromCharCode(this.byte(), this.byte(), this.byte(), this.byte());
  }
}
