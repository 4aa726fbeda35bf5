/**
 * Where a command's words go. For people: text on standard output. For machines (`--json`): JSON on
 * standard output, nothing else there; what a person may still want to know goes to standard error.
 */
import { printable } from 'lethe/internal';
import pc from 'picocolors';
import type { Io } from './io.ts';
import { Live } from './progress.ts';
import { type TableLayout, table } from './table.ts';

/** Characters of a line for people: the summary of a folder may be long. */
const longest = 100_000;

/**
 * A line as it may go to a terminal: what names and files brought in is written as escapes, our own colours and the breaks
 * between lines stay.
 */
export function shownLine(line: string, limit = longest): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character opens a colour sequence
  const parts = line.split(/(\n|\t|\u001b\[(?:1|2|22|31|32|33|36|39)m)/);
  return parts.map((part, i) => (i % 2 === 1 ? part : printable(part, limit))).join('');
}

/** The output of one command. */
export class Output {
  readonly io: Io;
  readonly json: boolean;
  readonly live: Live;
  readonly colours: ReturnType<typeof pc.createColors>;

  constructor(io: Io, options: { json?: boolean }) {
    this.io = io;
    this.json = options.json === true;
    this.live = new Live(this.json ? { ...io, terminal: false } : io);
    this.colours = pc.createColors(io.colour && !this.json);
  }

  /** A line for people; nothing under `--json`. */
  say(line = ''): void {
    if (!this.json) this.live.keep(shownLine(line));
  }

  /** A text that was asked for, for people: as it is off a terminal, so that it can be piped on; nothing under `--json`. */
  text(text: string): void {
    if (this.json) return;
    if (this.io.terminal) this.live.keep(shownLine(text, Number.POSITIVE_INFINITY));
    else this.io.out(`${text}\n`);
  }

  /** A table for people; nothing under `--json`. */
  table(rows: readonly (readonly string[])[], options: TableLayout = {}): void {
    const cells = rows.map((row) => row.map((cell) => shownLine(cell ?? '')));
    for (const line of table(cells, { style: this.colours.bold, ...options })) this.say(line);
  }

  /** A notice, on standard error in both forms. */
  notice(line: string): void {
    this.live.clear();
    this.io.err(`${shownLine(line)}\n`);
  }

  /** The one document of a command under `--json`, or one of its events: one line of JSON. */
  event(value: unknown): void {
    if (this.json) this.io.out(`${JSON.stringify(value)}\n`);
  }
}
