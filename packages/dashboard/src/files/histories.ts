/** Histories of the runs that somebody looks at; of others the memory is given back, those first that were asked for longest ago. */
import { History } from './history.ts';
import type { Inside } from './inside.ts';

export class Histories {
  readonly #inside: Inside;
  readonly #budget: number;
  /** in the order in which they were asked for */
  readonly #kept = new Map<string, History>();
  #waiting = 0;

  /** @param budget bytes of all of them */
  constructor(inside: Inside, budget = 80_000_000) {
    this.#inside = inside;
    this.#budget = budget;
  }

  /** What `take` finds in the history of a file, up to date, with some columns. */
  async use<T>(file: string, columns: readonly string[], take: (history: History) => T): Promise<T> {
    const history = this.#kept.get(file) ?? new History(this.#inside, file);
    this.#kept.delete(file);
    this.#kept.set(file, history);
    this.#waiting++;
    try {
      return await history.use(columns, take);
    } finally {
      this.#waiting--;
      this.#giveBack();
    }
  }

  /** whether somebody waits for a history */
  get isAsked(): boolean {
    return this.#waiting > 0;
  }

  get bytes(): number {
    let sum = 0;
    for (const history of this.#kept.values()) sum += history.bytes;
    return sum;
  }

  #giveBack(): void {
    let bytes = this.bytes;
    for (const [file, history] of this.#kept) {
      if (bytes <= this.#budget || this.#kept.size === 1) return;
      bytes -= history.bytes;
      this.#kept.delete(file);
    }
  }
}
