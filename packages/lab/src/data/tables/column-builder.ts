/**
 * A column while it is read: every way to read its cells that still fits is kept, so that one pass decides over the whole
 * column. Memory is bounded by its numbers: words are given up once there are thousands of them and numbers or times fit.
 */
import { minutesAhead, type TimeFormat, timeFormats } from './dates.ts';
import { Growing } from './growing.ts';
import { type Decimal, isMissing, parseNumber } from './numbers.ts';
import {
  type Column,
  type ColumnKind,
  type NumberCells,
  present,
  type TableOptions,
  type TimeCells,
  unreadable,
} from './types.ts';

/** What a builder is told. */
export interface BuilderOptions {
  decimal: Decimal;
  dates?: TableOptions['dates'];
  /** keeps the words whatever they are */
  keepWords?: boolean;
  /** the share of rows that may be unusable: a column of numbers may have as many unreadable cells, and at least a fifth */
  maxBad: number;
}

/** Takes the cells of a column one after the other. */
export class ColumnBuilder {
  private rows = 0;
  private filled = 0;
  private readonly isMissing = new Growing(Uint8Array);
  /** minutes ahead of UTC, from the first row on that says a zone */
  private zones: { from: number; minutes: Growing<Int32Array> } | undefined;
  private numbers: Reading | undefined;
  /** ways to read times; made when the first cell comes that is no number, because no number is any of them */
  private times: Reading[] | undefined;
  private codes: Growing<Int32Array> | undefined = new Growing(Int32Array);
  private words = new Map<string, number>();
  private zeros = 0;
  private letters = 0;
  private spaces = 0;

  private readonly name: string;
  private readonly options: BuilderOptions;

  constructor(name: string, options: BuilderOptions) {
    this.name = name;
    this.options = options;
    this.numbers = reading(undefined, (cell) => parseNumber(cell, options.decimal));
  }

  /** Adds a cell, as it is written. */
  add(cell: string): void {
    const trimmed = cell.trim();
    const empty = isMissing(trimmed);
    const row = this.rows++;
    this.isMissing.push(empty ? 1 : 0);
    const isNumber = this.numbers?.add(empty ? undefined : trimmed, row) ?? false;
    if (!isNumber && !empty) this.times ??= this.timeReadings(row);
    for (const one of this.times ?? []) one.add(empty ? undefined : trimmed, row);
    if (this.times && this.times.length > 0) this.addZone(trimmed, row);
    this.addWord(trimmed);
    if (empty) return;
    this.filled++;
    this.letters += trimmed.length;
    for (let at = trimmed.indexOf(' '); at >= 0; at = trimmed.indexOf(' ', at + 1)) this.spaces++;
    if (trimmed.charCodeAt(0) === 48 && leadingZero.test(trimmed)) this.zeros++;
    if (this.filled === firstLook || this.filled === secondLook) this.giveUp();
  }

  /** Adds rows without a value. */
  skip(count: number): void {
    for (let i = 0; i < count; i++) this.add('');
  }

  finish(): Column {
    this.giveUp();
    const { name, rows, filled } = this;
    const times = (this.times ?? []).filter((one) => this.fits(one));
    const numbers = this.numbers && this.fits(this.numbers) ? this.numbers : undefined;
    const column: Column = { name, kind: 'empty', missing: rows - filled, unreadable: [] };
    if (this.codes) column.words = { codes: this.codes.array(), words: [...this.words.keys()] };
    if (numbers) column.numbers = this.numberCells(numbers);
    if (filled === 0) return column;
    const time = this.chosenTime(times, column);
    if (time) column.times = this.timeCells(time);
    const chosen = numbers ?? time;
    if (chosen) column.unreadable = chosen.bad;
    column.kind = this.kindOf(column);
    return column;
  }

  // --- internal ---

  private addZone(cell: string, row: number): void {
    const minutes = minutesAhead(cell);
    if (minutes !== 0) this.zones ??= { from: row, minutes: new Growing(Int32Array) };
    this.zones?.minutes.push(minutes);
  }

  private addWord(cell: string): void {
    const { codes } = this;
    if (!codes) return;
    if (cell === '') {
      codes.push(-1);
      return;
    }
    let code = this.words.get(cell);
    if (code === undefined) {
      code = this.words.size;
      // A copy: a word cut out of a piece would keep the whole piece in memory.
      this.words.set(cell.length > 12 ? Buffer.from(cell).toString() : cell, code);
      if (
        code >= mostWords &&
        !this.options.keepWords &&
        this.zeros === 0 &&
        (this.numbers || this.times?.length)
      ) {
        this.codes = undefined;
        this.words = new Map();
        return;
      }
    }
    codes.push(code);
  }

  /** All ways to read times, behind rows that had no value or a number. */
  private timeReadings(row: number): Reading[] {
    const { dates } = this.options;
    const isOrder = dates === 'day-first' || dates === 'month-first';
    const formats = timeFormats.filter(({ order }) => !order || !isOrder || order === dates);
    const readings = formats.map((format) => reading(format, format.parse));
    for (const one of readings) {
      for (let i = 0; i < row; i++) one.values.push(Number.NaN);
      one.count = this.filled;
    }
    return readings;
  }

  /** Gives up readings that most cells speak against. */
  private giveUp(): void {
    const most = this.filled * hopeless;
    this.times = this.times?.filter(({ count }) => count <= most);
    if (this.numbers && this.numbers.count > most) this.numbers = undefined;
  }

  /** Once the words are gone, what is left has to do; its readers refuse cells by their lines. */
  private fits(one: Reading): boolean {
    return one.count <= this.filled * (this.codes ? Math.max(doubtful, this.options.maxBad) : hopeless);
  }

  private chosenTime(times: readonly Reading[], column: Column): Reading | undefined {
    const fewest = Math.min(...times.map(({ count }) => count));
    const best = times.filter(({ count }) => count === fewest);
    const [first] = best;
    const others = best.filter(
      ({ format }) => format?.order && first.format?.order && format.order !== first.format.order,
    );
    const differs = others.some(({ values }) =>
      values.array().some((value, row) => !Object.is(value, first.values.at(row))),
    );
    if (!differs) return first;
    column.ambiguous = 'day and month';
    return undefined;
  }

  private cells(one: Reading): { values: Float64Array; state: Uint8Array } {
    const values = one.values.array();
    const state = this.isMissing.array().slice();
    for (let row = 0; row < values.length; row++) {
      if (!Number.isNaN(values[row])) continue;
      values[row] = 0;
      if (state[row] === present) state[row] = unreadable;
    }
    return { values, state };
  }

  private numberCells(one: Reading): NumberCells {
    const { values, state } = this.cells(one);
    const infinite = { count: 0, rows: [] as number[] };
    let isWhole = true;
    for (const [row, value] of values.entries()) {
      if (Number.isInteger(value)) continue;
      if (Number.isFinite(value)) isWhole = false;
      else if (++infinite.count <= 5) infinite.rows.push(row);
    }
    return { values, state, isWhole, infinite };
  }

  private timeCells(one: Reading): TimeCells {
    const { name, resolution } = one.format!;
    const cells = this.cells(one);
    const isZoned = resolution === 'time' && this.zones !== undefined && !this.takeOwnDays(cells);
    return {
      ...cells,
      format: name,
      resolution: resolution === 'time' && isMidnight(cells) ? 'day' : resolution,
      ...(isZoned && { isZoned }),
    };
  }

  /** Days that begin at midnight of their own zone, in summer and in winter, are days, whatever UTC says. Whether they are. */
  private takeOwnDays({ values, state }: { values: Float64Array; state: Uint8Array }): boolean {
    const { from, minutes } = this.zones!;
    const ahead = minutes.array();
    const own = values.map((value, row) => (row < from ? value : value + ahead[row - from] * 60_000));
    if (!isMidnight({ values: own, state })) return false;
    for (const [row, value] of own.entries()) if (state[row] === present) values[row] = value;
    return true;
  }

  private kindOf({ numbers, times, ambiguous }: Column): ColumnKind {
    // A zip code and a number of an account are names, whatever they look like.
    if (numbers && this.zeros <= this.filled * fewZeros) return 'number';
    if (times || ambiguous) return 'time';
    const different = this.words.size / this.filled;
    if (this.spaces / this.filled >= 2 || this.letters / this.filled > 40) {
      return different < 0.02 && this.words.size <= 100 ? 'category' : 'text';
    }
    return different > 0.9 && this.filled > 20 ? 'id' : 'category';
  }
}

/** Different words of a column that are kept although it has numbers or times. */
const mostWords = 10_000;
/** After so many cells most readings are given up. */
const firstLook = 64;
const secondLook = 2048;
/** Above this share of unreadable cells a column is one of words where they are known. */
const doubtful = 0.2;
/** Above this share of unreadable cells no column is of numbers or times. */
const hopeless = 0.5;
/** Numbers may begin with a zero so often by mistake. */
const fewZeros = 0.05;
const leadingZero = /^0\d+$/;

interface Reading {
  format: TimeFormat | undefined;
  values: Growing<Float64Array>;
  /** unreadable cells, and the first of them */
  count: number;
  bad: { row: number; cell: string }[];
  /** Reads a cell, or one without a value; whether it holds what is read. */
  add(cell: string | undefined, row: number): boolean;
}

function reading(format: TimeFormat | undefined, parse: (cell: string) => number): Reading {
  const one: Reading = {
    format,
    values: new Growing(Float64Array),
    count: 0,
    bad: [],
    add(cell, row) {
      const value = cell === undefined ? Number.NaN : parse(cell);
      one.values.push(value);
      if (cell === undefined || !Number.isNaN(value)) return !Number.isNaN(value);
      one.count++;
      if (one.bad.length < 5) one.bad.push({ row, cell: cell.slice(0, 60) });
      return false;
    },
  };
  return one;
}

function isMidnight({ values, state }: { values: Float64Array; state: Uint8Array }): boolean {
  return values.every((value, row) => state[row] !== present || value % 86_400_000 === 0);
}
