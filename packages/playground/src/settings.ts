/** What a visitor chooses of a run, and the limits of what a page should be asked to do. */

/** A run's settings: the same settings give the same bits, on any number of threads. */
export interface Settings {
  cell: 'rnn' | 'lstm' | 'gru';
  /** units of each layer */
  hidden: number;
  layers: number;
  /** a method and its settings, as `--dropout` of the command takes them */
  dropout: string;
  /** of Adam */
  stepRate: number;
  /** chunks of tunes in a minibatch */
  batch: number;
  seed: number;
  /** training pauses by itself after so many */
  epochs: number;
}

export const defaultSettings: Settings = {
  cell: 'lstm',
  hidden: 128,
  layers: 1,
  dropout: 'none',
  stepRate: 0.01,
  batch: 8,
  seed: 1,
  epochs: 80,
};

/** What the numbers may be; whole ones but the step rate. */
export const limits = {
  hidden: { from: 1, to: 1024, whole: true },
  layers: { from: 1, to: 4, whole: true },
  stepRate: { from: 1e-6, to: 1, whole: false },
  batch: { from: 1, to: 64, whole: true },
  seed: { from: 0, to: Number.MAX_SAFE_INTEGER, whole: true },
  epochs: { from: 1, to: 100_000, whole: true },
} as const satisfies Partial<Record<keyof Settings, { from: number; to: number; whole: boolean }>>;

/** What a number is called in a sentence and beside its field. */
export const names: Readonly<Record<keyof typeof limits, string>> = {
  hidden: 'hidden units',
  layers: 'layers',
  stepRate: 'step rate',
  batch: 'batch',
  seed: 'seed',
  epochs: 'epochs',
};

export const cells = ['rnn', 'lstm', 'gru'] as const;
