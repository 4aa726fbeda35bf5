/** Attention of a decoder's steps over the positions of a memory. Conventions: kernels.ts. */

import type { Real } from '../../tensor/dtype.ts';

interface Attention {
  /** queries of a row: steps of a decoder, or hypotheses of one step */
  T: number;
  B: number;
  /** positions of the memory */
  S: number;
  /** width of queries and keys */
  K: number;
  /** width of the memory */
  E: number;
  /** [B], the last position of each row that counts, in 0 .. S-1; what lies behind it is not read */
  last: Int32Array;
  /** [T, B, K] */
  query: Real;
  /** [S, B, K], may be `memory` */
  keys: Real;
  /** [K], absent: scores are products */
  v?: Real;
  /** [S, B, E] */
  memory: Real;
}

/**
 * score_ts = v · tanh(query_t + key_s), without v query_t · key_s; weights_t = softmax over s <= last of score_t, 0 behind;
 * context_t = Σ_s weights_ts memory_s.
 */
export interface AttentionForward extends Attention {
  /** [T, B, S], keep */
  weights: Real;
  /** [T, B, E] */
  context: Real;
}

/** Gradients of {@link AttentionForward}. Steps whose dContext and dWeights are 0 add nothing, whatever they hold. */
export interface AttentionBackward extends Attention {
  /** [T, B, S] of the forward call */
  weights: Real;
  /** [T, B, S], absent: 0 */
  dWeights?: Real;
  /** [T, B, E] */
  dContext: Real;
  /** [T, B, K], absent: not wanted, as below */
  dQuery?: Real;
  /** [S, B, K] */
  dKeys?: Real;
  /** [S, B, E] */
  dMemory?: Real;
  /** [K] */
  dv?: Real;
}
