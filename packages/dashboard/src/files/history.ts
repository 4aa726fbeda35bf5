/** The whole history of a run in columns of numbers, read on demand and kept up by its cursor. */
import { Column } from './column.ts';
import { figuresOf } from './event-figures.ts';
import type { Inside } from './inside.ts';
import { type Found, LineReader } from './line-reader.ts';

/** What one run may have: beyond that columns are left out. */
const mostColumns = 500;

export class History {
  readonly #reader: LineReader;
  readonly #columns = new Map<string, Column>();
  #rows = 0;
  #reading: Promise<Found> | undefined;

  constructor(inside: Inside, file: string) {
    this.#reader = new LineReader(inside, file, 1024 * 1024);
  }

  /** Reads what is new; calls at the same time share one reading. */
  update(): Promise<Found> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** numbers of rows: epochs, and what was observed beside them */
  get rows(): number {
    return this.#rows;
  }

  get columns(): string[] {
    return [...this.#columns.keys()];
  }

  /** bytes that it takes */
  get bytes(): number {
    let sum = 1000;
    for (const column of this.#columns.values()) sum += column.bytes;
    return sum;
  }

  /** A column, as long as there are rows: not a number where a row lacks it, infinite where it was none. */
  column(name: string): Float64Array | undefined {
    const found = this.#columns.get(name)?.values(this.#rows);
    if (found || !name.startsWith('gap.')) return found;
    // How much worse the validation is than the training: no figure of the file.
    const [valid, train] = ['valid', 'train'].map((split) => this.column(split + name.slice(3)));
    return valid && train && valid.map((value, row) => value - train[row]);
  }

  // --- internal ---

  async #read(): Promise<Found> {
    const { found } = await this.#reader.read(
      (lines) => {
        for (const line of lines) this.#add(line);
      },
      () => {
        this.#columns.clear();
        this.#rows = 0;
      },
    );
    return found;
  }

  #add(line: string): void {
    const event = figuresOf(line);
    if (!event || event.figures.size === 0) return;
    // What was observed after an epoch stands in its row.
    const last = this.#columns.get('epoch')?.at(this.#rows - 1);
    const row = event.event === 'observe' && last === event.epoch ? this.#rows - 1 : this.#rows++;
    for (const [name, value] of event.figures) {
      let column = this.#columns.get(name);
      if (!column) {
        if (this.#columns.size >= mostColumns) continue;
        column = new Column();
        this.#columns.set(name, column);
      }
      column.set(row, value ?? Number.POSITIVE_INFINITY);
    }
  }
}
