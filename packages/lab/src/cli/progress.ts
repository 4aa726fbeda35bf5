/**
 * Progress: a block of lines that is rewritten in place on a terminal; elsewhere nothing but the lines
 * that a command decides to keep.
 */
import type { Io } from './io.ts';

/** A block of live lines at the foot of the terminal. */
export class Live {
  readonly #io: Io;
  #rows = 0;
  #last = 0;

  constructor(io: Io) {
    this.#io = io;
  }

  /** Whether live lines are shown at all. */
  get shown(): boolean {
    return this.#io.terminal;
  }

  /** Rewrites the block, at most ten times a second unless `force`. */
  show(rows: readonly string[], force = false): void {
    if (!this.shown) return;
    const now = performance.now();
    if (!force && now - this.#last < 100) return;
    this.#last = now;
    this.#io.out(`${this.#home()}${rows.map((row) => clip(row, this.#io.columns - 1)).join('\n')}`);
    this.#rows = rows.length;
  }

  /** Writes a line that stays, above the block. */
  keep(line: string): void {
    this.#io.out(`${this.#home()}${line}\n`);
    this.#rows = 0;
  }

  /** Takes the block away. */
  clear(): void {
    if (this.#rows > 0) this.#io.out(this.#home());
    this.#rows = 0;
  }

  /** Moves to the block's first line and clears everything below. */
  #home(): string {
    if (this.#rows === 0) return '';
    return `\r${this.#rows > 1 ? `\u001b[${this.#rows - 1}A` : ''}\u001b[0J`;
  }
}

/** `1:05` or `1:02:05`. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-';
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** A bar of `width` characters, `fraction` of it full. */
export function bar(fraction: number, width = 12): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

// --- internal ---

/** The first `width` characters; a line that wraps would break the block. */
function clip(text: string, width: number): string {
  let seen = 0;
  let out = '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character opens a colour sequence
  for (const part of text.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b')) {
      out += part;
      continue;
    }
    const room = [...part].slice(0, Math.max(0, width - seen));
    seen += room.length;
    out += room.join('');
  }
  return out;
}
