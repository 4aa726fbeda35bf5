/**
 * Where a run stands, apart from its weights and the optimizer: what a resumed run needs to do the same as
 * the unbroken one. Random numbers need no state of their own: they are functions of seed, epoch and step.
 */
import { DataError } from 'lethe';
import { z } from 'zod';

/** JSON has null for a figure that is no number, such as a loss over the sum of a test that is 0 throughout. */
const figure = z.number().or(z.null().transform(() => Number.NaN));
const metrics = z.record(z.string(), figure);

export const stateSchema = z.strictObject({
  format: z.literal(1),
  /** epochs done */
  epoch: z.int().min(0),
  /** steps done in the epoch in work; all of them done means that its validation is still to come */
  position: z.int().min(0),
  /** steps done since the start of the run: the step of the noise stream */
  step: z.int().min(0),
  /** over the epoch in work, as trained: sums over counted terms of the NLL and over their own steps of the penalties, and the numbers of both */
  sums: z.strictObject({
    nll: z.number(),
    terms: z.int().min(0),
    penalties: z.record(z.string(), z.number()).default({}),
    /** what a penalty's sum is divided by; a state from before it was kept goes on with the terms */
    penaltySteps: z.record(z.string(), z.number()).default({}),
    /** of the global norm of the gradients, the largest of them, steps that were clipped, and all steps; a state from before has none */
    gradients: z
      .strictObject({ norm: z.number(), largest: z.number(), clipped: z.int().min(0), steps: z.int().min(0) })
      .default({ norm: 0, largest: 0, clipped: 0, steps: 0 }),
    /** the step rate of the last step */
    stepRate: z.number().nullable().default(null),
    /** its momentum, where the schedule moves it */
    momentum: z.number().optional(),
  }),
  best: z
    .strictObject({
      epoch: z.int().min(1),
      train: metrics,
      valid: metrics,
    })
    .nullable(),
  /** the deciding metric of every validation so far: what schedules of the step rate go by */
  validations: z.array(z.number()).default([]),
  /** metrics of the test set under the best weights, once the run is finished */
  finished: z.strictObject({ reason: z.enum(['epochs', 'patience', 'minutes']), test: metrics }).nullable(),
});

/** The state in a checkpoint's metadata. */
export type TrainingState = z.infer<typeof stateSchema>;

/** Sums before the first step of an epoch. */
export const noSums = (): TrainingState['sums'] => ({
  // In the order of the schema: checkpoints are compared by their bytes.
  ...{ nll: 0, terms: 0, penalties: {}, penaltySteps: {} },
  gradients: { norm: 0, largest: 0, clipped: 0, steps: 0 },
  stepRate: null,
});

/** The state before the first step. */
export function initialState(): TrainingState {
  return {
    format: 1,
    epoch: 0,
    position: 0,
    step: 0,
    sums: noSums(),
    best: null,
    validations: [],
    finished: null,
  };
}

/** Reads a state. Throws DataError when it is none, naming `where`. */
export function parseState(text: string | undefined, where: string): TrainingState {
  try {
    const state = stateSchema.parse(JSON.parse(text ?? ''));
    const { penalties, penaltySteps, terms } = state.sums;
    for (const name of Object.keys(penalties)) penaltySteps[name] ??= terms;
    return state;
  } catch (error) {
    throw new DataError(
      `${where} holds no training state of format 1; it may be weights alone, or from another version`,
      { cause: error },
    );
  }
}
