/** A trained model as other programs can be given it: what it computes at test time, part by part. */
import type { Pooling, ReadoutParameters, Recurrent, Tensor } from 'lethe';
import type { Plan, RunMode } from 'lethe/dropout';

/** Words or numbers in, recurrent layers, a readout over all steps or one for the sequence. */
export interface PortableNetwork {
  /** the table of words [vocabulary, features], with the noise on them; or features of a step */
  input: { words: Tensor; plan?: Plan } | { features: number };
  /** from below; of a bidirectional pair the forward one first */
  layers: readonly Recurrent[];
  directions: 1 | 2;
  pooling: Pooling | 'none';
  readout: PortableReadout;
}

/** `linear` reads with [features, outputs], `table` with a row for each class, as tied models do. */
export type PortableReadout = { plan: Plan } & (
  | { kind: 'linear'; weight: Tensor; bias: Tensor }
  | ({ kind: 'table' } & ReadoutParameters)
);

/** What a run gives to be written. */
export interface PortableModel {
  /** one, or members over the same input whose predictions are put together outside */
  networks: readonly PortableNetwork[];
  /** the test-time rule of its regularizer */
  rule: RunMode;
  /** what goes in and comes out, in a sentence each */
  about: { input: string; output: string };
  /** what numbers stand for, by name: words, classes */
  labels?: Readonly<Record<string, readonly string[]>>;
}
