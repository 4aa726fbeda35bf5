/** What is measured: a model, its data and its optimizer, ready to train. */
import type { Tensor } from 'lethe';

export interface Workload {
  /** parameters by name */
  readonly parameters: Record<string, Tensor>;
  /** one training step (forward, backward, clipping, update) or one draw; gives the loss before the update, or what was drawn */
  step(): number;
}

/** A workload before it is made. */
export interface WorkloadKind {
  make(): Workload;
}
