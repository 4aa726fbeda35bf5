/** A growing row of numbers; what was never set is not a number. */
export class Column {
  #data = new Float64Array(64).fill(Number.NaN);

  get bytes(): number {
    return this.#data.byteLength;
  }

  at(row: number): number {
    return row >= 0 && row < this.#data.length ? this.#data[row] : Number.NaN;
  }

  set(row: number, value: number): void {
    this.#reach(row + 1);
    this.#data[row] = value;
  }

  /** The first `rows` numbers; shared memory, to be read at once. */
  values(rows: number): Float64Array {
    this.#reach(rows);
    return this.#data.subarray(0, rows);
  }

  #reach(rows: number): void {
    if (rows <= this.#data.length) return;
    const larger = new Float64Array(Math.max(rows, 2 * this.#data.length)).fill(Number.NaN);
    larger.set(this.#data);
    this.#data = larger;
  }
}
