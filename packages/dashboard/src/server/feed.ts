/**
 * What happens, told to every open page. Events have ids, so that a page which lost its connection is told what it missed; one that
 * missed too much, or knows another server, is told to begin anew.
 */
import { randomBytes } from 'node:crypto';
import type { ServerEvent } from '../shared/api.ts';

export interface Told {
  id: string;
  event: ServerEvent;
}

/** Events that are kept for those who come back. */
const kept = 2000;

export class Feed {
  /** of this server, apart from any before */
  readonly #boot = randomBytes(6).toString('hex');
  #count = 0;
  #past: Told[] = [];
  readonly #listeners = new Set<(told: Told) => void>();

  /** the id of the last event */
  get last(): string {
    return `${this.#boot}-${this.#count}`;
  }

  tell = (event: ServerEvent): void => {
    this.#count++;
    const told = { id: this.last, event };
    this.#past.push(told);
    if (this.#past.length > 2 * kept) this.#past = this.#past.slice(-kept);
    for (const listener of this.#listeners) listener(told);
  };

  /** What came after an event; a reset where that is not known any more. */
  since(id: string): Told[] {
    const [boot, count] = id.split('-');
    const missed = this.#count - Number(count);
    if (boot !== this.#boot || !(missed >= 0) || missed > this.#past.length) {
      return [{ id: this.last, event: { type: 'reset' } }];
    }
    return missed === 0 ? [] : this.#past.slice(-missed);
  }

  /** Calls `listener` until the returned function is called. */
  listen(listener: (told: Told) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}
