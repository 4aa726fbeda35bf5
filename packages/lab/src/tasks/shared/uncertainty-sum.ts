/** Means of what predictions are unsure of, as metrics. */
import type { Uncertainty } from 'lethe';
import type { Metrics } from '../../runs/task.ts';

/** What is known of one prediction, in nats: its entropy, and where noise is drawn or integrated the parts of it. */
export type Known = Pick<Uncertainty, 'predictive'> & Partial<Uncertainty>;

/** Sums over predictions. */
export class UncertaintySum {
  #count = 0;
  readonly #sums = { predictive: 0, expected: 0, information: 0 };

  add({ predictive, expected = Number.NaN, information = Number.NaN }: Known): void {
    this.#count++;
    this.#sums.predictive += predictive;
    this.#sums.expected += expected;
    this.#sums.information += information;
  }

  /** `predictive_entropy`, and where every prediction has them `expected_entropy` and `mutual_information`; nothing of nothing. */
  metrics(): Metrics {
    if (this.#count === 0) return {};
    const { predictive, expected, information } = this.#sums;
    const parts = { expected_entropy: expected, mutual_information: information };
    const known = Object.entries(parts).filter(([, sum]) => !Number.isNaN(sum));
    return Object.fromEntries(
      [['predictive_entropy', predictive] as const, ...known].map(([name, sum]) => [name, sum / this.#count]),
    );
  }
}
