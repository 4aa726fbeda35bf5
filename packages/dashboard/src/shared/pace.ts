/**
 * How often a page that is told of changes draws them: the first after two quiet seconds at once, others together, so that drawing takes
 * a small share of the time whatever it costs. The processor that draws is the one that trains, and what the browser does to show a
 * drawing costs it twice as much again.
 */

/** Milliseconds between two drawings, at least and at most; the share of the time that drawing may take in between. */
const [shortest, longest, share] = [2000, 5000, 0.0075];

/** Milliseconds until a page draws again after a drawing that took so many. */
export const pauseAfter = (cost: number): number => Math.min(longest, Math.max(shortest, cost / share));

export class Pace {
  readonly #draw: () => Promise<number>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Number.NEGATIVE_INFINITY;

  /** @param draw draws what has changed, and gives the milliseconds that it took */
  constructor(draw: () => Promise<number>) {
    this.#draw = draw;
  }

  /** Something has changed: it is drawn as soon as it may be. */
  want(): void {
    this.#timer ??= setTimeout(() => void this.#turn(), Math.max(0, this.#due - performance.now()));
  }

  // --- internal ---

  async #turn(): Promise<void> {
    this.#timer = undefined;
    const began = performance.now();
    this.#due = began + longest;
    this.#due = began + pauseAfter(await this.#draw());
  }
}
