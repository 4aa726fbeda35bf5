/**
 * Where a run stands, apart from its weights and the optimizer: what a resumed run needs to do the same as
 * the unbroken one. Random numbers need no state of their own: they are functions of seed, epoch and step.
 */
import { DataError } from 'lethe';
import { z } from 'zod';

const metric = z.number();
const metrics = z.strictObject({ nll_per_step: metric, nll_per_sequence_mean: metric });

export const stateSchema = z.strictObject({
  format: z.literal(1),
  /** epochs done */
  epoch: z.int().min(0),
  /** steps done in the epoch in work; all of them done means that its validation is still to come */
  position: z.int().min(0),
  /** steps done since the start of the run: the step of the noise stream */
  step: z.int().min(0),
  /** over the epoch in work, as trained: sums over counted frames of the NLL and of the penalties, and the frames' number */
  sums: z.strictObject({
    nll: z.number(),
    frames: z.int().min(0),
    penalties: z.record(z.string(), z.number()).default({}),
  }),
  best: z
    .strictObject({
      epoch: z.int().min(1),
      train: z.strictObject({ nll_per_step: metric, penalties: z.record(z.string(), metric).optional() }),
      valid: metrics,
    })
    .nullable(),
  /** metrics of the test set under the best weights, once the run is finished */
  finished: z.strictObject({ reason: z.enum(['epochs', 'patience', 'minutes']), test: metrics }).nullable(),
});

/** The state in a checkpoint's metadata. */
export type TrainingState = z.infer<typeof stateSchema>;

/** The state before the first step. */
export function initialState(): TrainingState {
  return {
    format: 1,
    epoch: 0,
    position: 0,
    step: 0,
    sums: { nll: 0, frames: 0, penalties: {} },
    best: null,
    finished: null,
  };
}

/** Reads a state. Throws DataError when it is none, naming `where`. */
export function parseState(text: string | undefined, where: string): TrainingState {
  try {
    return stateSchema.parse(JSON.parse(text ?? ''));
  } catch (error) {
    throw new DataError(
      `${where} holds no training state of format 1; it may be weights alone, or from another version`,
      { cause: error },
    );
  }
}
