/** The table of classes that a readout multiplies with. */
import type { Tensor } from '../../tensor/tensor.ts';

/** A table of classes: logits are x weight^T + bias. */
export interface ReadoutParameters {
  /** [classes, features] */
  weight: Tensor;
  /** [classes] */
  bias?: Tensor;
  /** of rare classes: an adaptive softmax; absent: one softmax over all */
  clusters?: Clusters;
}

/** What the first step chooses from besides the frequent classes: an entry for each cluster of the others. */
export interface Clusters {
  /** the first class of each cluster, ascending */
  cutoffs: readonly number[];
  /** [clusters, features] */
  weight: Tensor;
  /** [clusters] */
  bias: Tensor;
}

/** A readout with clusters. */
export type AdaptiveParameters = ReadoutParameters & { clusters: Clusters };
