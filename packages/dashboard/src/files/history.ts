/** The history of a run in columns of numbers: those that somebody asked for, kept up by a cursor. */
import { Column } from './column.ts';
import { figuresOf } from './event-figures.ts';
import type { Inside } from './inside.ts';
import { LineReader } from './line-reader.ts';
import { LineTemplate } from './line-template.ts';

/** What one run may have: beyond that columns are left out. */
const mostColumns = 500;
/** Kinds of lines that are known at a time. */
const mostTemplates = 8;

const newline = 10;

export class History {
  readonly #reader: LineReader;
  readonly #wanted = new Set<string>();
  readonly #names = new Set<string>();
  readonly #columns = new Map<string, Column>();
  #templates: KnownLine[] = [];
  #rows = 0;
  #lastEpoch = Number.NaN;
  /** ends when nobody reads or looks */
  #working: Promise<void> = Promise.resolve();

  constructor(inside: Inside, file: string) {
    this.#reader = new LineReader(inside, file, 1024 * 1024);
  }

  /**
   * Reads what is new, and all of it again for a column that nobody asked for before; then `take` may look. One after another: what is taken
   * belongs to one state of the file.
   */
  use<T>(columns: readonly string[], take: (history: History) => T): Promise<T> {
    const taken = this.#working.then(async () => {
      const missing = columns.flatMap(sourcesOf).filter((name) => !this.#wanted.has(name));
      if (missing.length > 0) {
        for (const name of missing) this.#wanted.add(name);
        this.#reader.rewind();
        this.#forget();
      }
      await this.#read();
      return take(this);
    });
    this.#working = taken.then(
      () => {},
      () => {},
    );
    return taken;
  }

  /** rows so far: epochs, with what was observed beside them */
  get rows(): number {
    return this.#rows;
  }

  /** the names of all columns, also of those that were not asked for */
  get names(): string[] {
    return [...this.#names];
  }

  /** bytes that it takes */
  get bytes(): number {
    let sum = 1000;
    for (const column of this.#columns.values()) sum += column.bytes;
    return sum;
  }

  /**
   * A column that was asked for, as long as there are rows: not a number where a row lacks it, infinite where it was none. `gap.METRIC` is
   * how much worse the validation is than the training.
   */
  column(name: string): Float64Array | undefined {
    if (!name.startsWith('gap.')) return this.#columns.get(name)?.values(this.#rows);
    const [valid, train] = sourcesOf(name).map((source) => this.column(source));
    return valid && train && valid.map((value, row) => value - train[row]);
  }

  // --- internal ---

  #forget(): void {
    this.#columns.clear();
    this.#names.clear();
    this.#templates = [];
    this.#rows = 0;
    this.#lastEpoch = Number.NaN;
  }

  async #read(): Promise<void> {
    await this.#reader.read(
      (bytes) => this.#add(bytes),
      () => this.#forget(),
    );
  }

  #add(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      const next = this.#addKnown(bytes, at);
      if (next > at) {
        at = next;
        continue;
      }
      const end = bytes.indexOf(newline, at);
      const line = bytes.subarray(at, end);
      this.#addUnknown(line);
      at = end + 1;
    }
  }

  /** A line like one before it; gives the place behind it, or -1. */
  #addKnown(bytes: Buffer, at: number): number {
    for (const { template, isWanted, columns, values, epochPlace } of this.#templates) {
      const next = template.read(bytes, at, isWanted, values);
      if (next < 0) continue;
      const row = this.#rowOf(template.event, values[epochPlace]);
      for (let i = 0; i < columns.length; i++) columns[i]?.set(row, values[i]);
      return next;
    }
    return -1;
  }

  #addUnknown(line: Buffer): void {
    const event = figuresOf(line.toString());
    if (!event || event.figures.size === 0) return;
    for (const name of event.figures.keys()) if (this.#names.size < mostColumns) this.#names.add(name);
    const row = this.#rowOf(event.event, event.epoch);
    for (const [name, value] of event.figures)
      this.#columnOf(name)?.set(row, value ?? Number.POSITIVE_INFINITY);
    const template = LineTemplate.of(line);
    if (!template) return;
    const epochPlace = template.columns.indexOf('epoch');
    this.#templates.unshift({
      ...{ template, epochPlace },
      isWanted: template.columns.map((name) => name === 'epoch' || this.#wanted.has(name)),
      columns: template.columns.map((name) => this.#columnOf(name)),
      values: new Float64Array(template.columns.length),
    });
    this.#templates.length = Math.min(mostTemplates, this.#templates.length);
  }

  /** What was observed after an epoch stands in its row. */
  #rowOf(event: string, epoch: number): number {
    if (event === 'observe' && epoch === this.#lastEpoch) return this.#rows - 1;
    this.#lastEpoch = epoch;
    return this.#rows++;
  }

  /** Of one that is wanted. */
  #columnOf(name: string): Column | undefined {
    if (!this.#wanted.has(name)) return undefined;
    const column = this.#columns.get(name) ?? new Column();
    this.#columns.set(name, column);
    return column;
  }
}

interface KnownLine {
  template: LineTemplate;
  isWanted: readonly boolean[];
  columns: readonly (Column | undefined)[];
  values: Float64Array;
  epochPlace: number;
}

/** The columns that one is made of. */
const sourcesOf = (name: string): string[] =>
  name.startsWith('gap.') ? ['valid', 'train'].map((split) => split + name.slice(3)) : [name];
