/**
 * Where a command's words go. For people: text on standard output. For machines (`--json`): JSON on
 * standard output, nothing else there; what a person may still want to know goes to standard error.
 */
import pc from 'picocolors';
import type { Io } from './io.ts';
import { Live } from './progress.ts';
import { type TableOptions, table } from './table.ts';

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
    if (!this.json) this.live.keep(line);
  }

  /** A table for people; nothing under `--json`. */
  table(rows: readonly (readonly string[])[], options: TableOptions = {}): void {
    for (const line of table(rows, { style: this.colours.bold, ...options })) this.say(line);
  }

  /** A notice, on standard error in both forms. */
  notice(line: string): void {
    this.live.clear();
    this.io.err(`${line}\n`);
  }

  /** The one document of a command under `--json`, or one of its events: one line of JSON. */
  event(value: unknown): void {
    if (this.json) this.io.out(`${JSON.stringify(value)}\n`);
  }
}
