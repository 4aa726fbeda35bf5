/** Typed arrays that grow while something is read. */

type Typed = Float64Array | Int32Array | Uint32Array | Uint8Array;

/** Numbers one after the other. */
export class Growing<A extends Typed> {
  length = 0;
  private readonly make: new (
    length: number,
  ) => A;
  private room: A;

  constructor(make: new (length: number) => A) {
    this.make = make;
    this.room = new make(16);
  }

  push(value: number): void {
    if (this.length === this.room.length) {
      const larger = new this.make(2 * this.room.length);
      larger.set(this.room);
      this.room = larger;
    }
    this.room[this.length++] = value;
  }

  at(index: number): number {
    return this.room[index];
  }

  /** What was pushed: a view until more is. */
  array(): A {
    return this.room.subarray(0, this.length) as A;
  }
}
