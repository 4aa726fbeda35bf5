/**
 * Runs that are written to, read on as soon as the system tells of it. Where it does not tell (a network drive, no watches left) nothing is
 * lost: everything alive is looked at now and then anyway.
 */
import fs from 'node:fs';

/** Files that are watched. */
const most = 64;
/** Milliseconds after a write before it is read, since lines come in pieces, and at least between two readings of a run. */
const [settling, pause] = [5, 2000];

/** What a run is here. */
export interface LiveRun {
  id: string;
  /** the file of its history */
  metrics: string;
}

export class Live {
  readonly #advance: (id: string) => Promise<void>;
  readonly #watched = new Map<string, fs.FSWatcher>();
  /** by run: when it was read last, and the timer of the next time */
  readonly #turns = new Map<string, { read: number; timer?: NodeJS.Timeout }>();
  #isClosed = false;

  /** @param advance reads on with a run */
  constructor(advance: (id: string) => Promise<void>) {
    this.#advance = advance;
  }

  /** Watches these runs, and none that was watched before and is not among them. */
  keep(runs: readonly LiveRun[]): void {
    const wanted = new Map(runs.slice(0, most).map((run) => [run.id, run]));
    for (const id of this.#watched.keys()) if (!wanted.has(id)) this.#drop(id);
    for (const [id, { metrics }] of wanted) {
      if (this.#watched.has(id) || this.#isClosed) continue;
      try {
        const watcher = fs.watch(metrics, { persistent: false }, () => this.#written(id));
        watcher.on('error', () => this.#drop(id));
        this.#watched.set(id, watcher);
      } catch {
        // gone, or no watches left
      }
    }
  }

  /** Whether a run was read on with since the last pause began. */
  hasRead(id: string): boolean {
    return performance.now() - (this.#turns.get(id)?.read ?? Number.NEGATIVE_INFINITY) < pause;
  }

  close(): void {
    this.#isClosed = true;
    for (const id of [...this.#watched.keys()]) this.#drop(id);
  }

  // --- internal ---

  #written(id: string): void {
    const turn = this.#turns.get(id) ?? { read: Number.NEGATIVE_INFINITY };
    this.#turns.set(id, turn);
    if (turn.timer || !this.#watched.has(id)) return;
    turn.timer = setTimeout(
      () => {
        turn.timer = undefined;
        turn.read = performance.now();
        // What cannot be read now is found by the next look.
        void this.#advance(id).catch(() => {});
      },
      Math.max(settling, turn.read + pause - performance.now()),
    );
  }

  #drop(id: string): void {
    this.#watched.get(id)?.close();
    this.#watched.delete(id);
    clearTimeout(this.#turns.get(id)?.timer);
    this.#turns.delete(id);
  }
}
