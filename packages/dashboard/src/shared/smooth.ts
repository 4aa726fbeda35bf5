/**
 * An exponential mean, m ← w m + (1 - w) y, divided by 1 - wⁿ so that it does not lean towards 0 at the beginning (Kingma and Ba, 2015,
 * section 3). What is absent stays absent, what is no number leaves the mean as it was.
 */
export class Smoother {
  readonly #weight: number;
  #mean: number;
  /** numbers so far */
  seen: number;

  /** Goes on from a value after so many numbers, where they are given. */
  constructor(weight: number, seen = 0, value = 0) {
    this.#weight = weight;
    this.seen = seen;
    this.#mean = value * (1 - weight ** seen);
  }

  /** The mean after one more value. */
  next = (value: number): number => {
    if (Number.isNaN(value)) return value;
    if (Number.isFinite(value)) {
      this.#mean = this.#weight * this.#mean + (1 - this.#weight) * value;
      this.seen++;
    }
    return this.seen === 0 ? Number.NaN : this.#mean / (1 - this.#weight ** this.seen);
  };
}
