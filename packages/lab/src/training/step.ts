/**
 * One training step: minibatch, loss, gradients, clipping by the global norm, update. Whatever is not finite
 * stops the run before it can reach a checkpoint.
 */
import { clipScale, decayWeights, gradients, NumericsError, type Real, scoped } from 'lethe';
import { kernels } from 'lethe/engine';
import { numbersOf, usedPartsOf } from 'lethe/internal';
import type { TaskStep } from '../runs/task.ts';
import { averagesStep, beginsAverage, momentumOf, rateFactor, type Standing } from './schedule.ts';
import type { Session } from './session.ts';

/**
 * Trains on the next minibatch of the session and moves its state on by one step. All memory of the step is
 * scratch that is handed back.
 * Throws NumericsError with the step and the parameter when the loss, a gradient or an updated parameter is
 * not finite.
 */
export function trainStep(session: Session): void {
  const { task, optimizer, noise, state, config } = session;
  const { model } = task;
  const parameters = Object.values(model.parameters);
  scoped(() => {
    let step: TaskStep | undefined;
    const result = gradients(parameters, () => {
      step = task.step(state, noise.at(state.step));
      return step.total.loss;
    });
    const slopes = result.gradients.map(numbersOf);
    const { total, counted, rateFactor: ownFactor = 1 } = step!;
    const { sum } = total.nll;
    if (!Number.isFinite(result.loss) || !Number.isFinite(sum)) {
      throw broken(session, state.step + 1, `the loss is ${result.loss}${blame(session, slopes)}`);
    }
    const norm = Math.sqrt(kernels().sumSquares(usedPartsOf(slopes)));
    if (!Number.isFinite(norm))
      throw broken(session, state.step + 1, `the gradients are not finite${blame(session, slopes)}`);
    const standing: Standing = {
      ...{ epoch: state.epoch, validations: state.validations },
      share: state.position / task.stepsIn(state.epoch),
    };
    const scheduled = rateFactor(config, standing);
    const momentum = momentumOf(config, standing);
    const scale = gradientScale(session, norm);
    if (beginsAverage(config, standing)) session.averaging?.count(false);
    session.averaging?.count(averagesStep(config, standing));
    optimizer.update(result.gradients, scale, ownFactor * scheduled, momentum);
    const { gradients: seen } = state.sums;
    seen.norm += norm;
    seen.largest = Math.max(seen.largest, norm);
    seen.clipped += scale < 1 ? 1 : 0;
    seen.steps += 1;
    // That of a whole segment: what the last one of an epoch happens to be long says nothing.
    state.sums.stepRate = config.optimizer.stepRate * scheduled;
    if (momentum !== undefined) state.sums.momentum = momentum;
    decayWeights(model.regularizer, parameters);
    state.sums.nll += sum;
    state.sums.terms += counted;
    for (const [name, value] of Object.entries(total.penalties)) {
      const steps = total.penaltySteps[name] ?? counted;
      state.sums.penalties[name] = (state.sums.penalties[name] ?? 0) + value * steps;
      state.sums.penaltySteps[name] = (state.sums.penaltySteps[name] ?? 0) + steps;
    }
  });
  state.step += 1;
  state.position += 1;
}

/**
 * Makes sure that what is to be saved or evaluated is finite: a step too large shows in the next loss, which may be too
 * late for a checkpoint. Throws NumericsError with the parameter.
 */
export function requireFiniteParameters(session: Session): void {
  for (const [name, { data }] of Object.entries(session.task.model.parameters)) {
    const size = kernels().sumSquares([data]);
    if (!(size < largestSquare)) {
      throw broken(
        session,
        session.state.step,
        `${name} grew to a norm of ${Math.sqrt(size).toPrecision(3)}`,
      );
    }
  }
}

// --- internal ---

/** What brings gradients of this norm to the length that clipping allows. */
function gradientScale({ task, config }: Session, norm: number): number {
  if (task.gradientScale) return task.gradientScale(norm);
  const { clipNorm } = config.optimizer;
  return clipNorm === null ? 1 : clipScale(norm, clipNorm);
}

/** Variances multiply by squared weights: beyond the largest float32 they are infinite at the next step. */
const largestSquare = 3.4e38;

/** The first parameter that is not finite, or else the first with such a gradient. */
function blame(session: Session, gradients: readonly Real[]): string {
  const names = Object.keys(session.task.model.parameters);
  const isBroken = (data: Real): boolean => !Number.isFinite(kernels().sumSquares([data]));
  const parameter = Object.values(session.task.model.parameters).findIndex(({ data }) => isBroken(data));
  if (parameter >= 0) return `, ${names[parameter]} is not finite`;
  const gradient = gradients.findIndex(isBroken);
  return gradient < 0 ? '' : `, the gradient of ${names[gradient]} is not finite`;
}

function broken({ state, config }: Session, step: number, what: string): NumericsError {
  return new NumericsError(
    `training stopped at step ${step} (epoch ${state.epoch + 1}): ${what}; ` +
      `lower optimizer.stepRate (now ${config.optimizer.stepRate}), the last checkpoint is kept`,
  );
}
