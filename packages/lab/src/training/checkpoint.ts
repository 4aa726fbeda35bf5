/**
 * Checkpoints. `last.safetensors` is all that an unbroken run would carry on with:
 *
 *   rnn.…, readout.…   the weights at the evaluation point, under PyTorch's names
 *   carried.…          what the task carries from step to step, such as the state of its streams
 *   optimizer.…        the optimizer, with the look-ahead point where it has one
 *   best.…             the weights of the best validation so far
 *   __metadata__       format, and the training state as JSON; no times
 *
 * `best.safetensors` holds the best weights alone. It is a copy made from the same memory right after `last`, so
 * a kill between the two is mended by the next save, and `last` alone decides what a run knows.
 */
import fs from 'node:fs';
import { ConfigError, DataError, encodeSafetensors, type StoredTensor } from 'lethe';
import { shellPath } from '../common/shell.ts';
import { atomicWrite } from '../files/atomic-write.ts';
import { readSafetensors } from '../runs/checkpoint-file.ts';
import { endOf, readMetrics } from '../runs/metrics.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import { parseState } from '../runs/state.ts';
import type { Weights } from '../runs/task.ts';
import type { Session } from './session.ts';

/** Saves a session: `last` always, `best` when the file does not hold the best epoch yet. */
export function saveCheckpoint(run: RunPaths, session: Session): void {
  const { task, optimizer, state, best } = session;
  const weights = optimizer.evaluate(() => task.model.stored());
  const tensors = {
    ...weights,
    ...prefixed('optimizer.', optimizer.state()),
    ...prefixed('carried.', task.carried()),
    ...prefixed('best.', best ?? {}),
  };
  atomicWrite(run.last, encodeSafetensors(tensors, { format: '1', state: JSON.stringify(state) }));
  if (session.bestOnDisk !== state.best?.epoch) saveBest(run, session);
}

/** Writes `best`, if there was a validation. */
export function saveBest(run: RunPaths, session: Session): void {
  const { best, state } = session;
  if (!best || !state.best) return;
  const metadata = { format: '1', best: JSON.stringify(state.best) };
  atomicWrite(run.best, encodeSafetensors(best, metadata));
  session.bestOnDisk = state.best.epoch;
}

/**
 * Throws DataError when `last` is missing from a run that has trained: to begin anew would be to lose its history and its
 * best weights. Throws ConfigError for the mean of other runs.
 */
export function requireCheckpoint(run: RunPaths): void {
  if (fs.existsSync(run.last)) return;
  const events = readMetrics(run.metrics);
  if (endOf(events)?.reason === 'average') {
    throw new ConfigError(
      `${run.directory} is the mean of other runs, which no training goes on with; begin a new one with its weights: lethe train … --from ${shellPath(run.directory)}`,
    );
  }
  const epochs = events.filter(({ event }) => event === 'epoch').length;
  const hasBest = fs.existsSync(run.best);
  if (epochs === 0 && !hasBest) return;
  const history = epochs === 1 ? 'a history of one epoch' : `a history of ${epochs} epochs`;
  const found = [...(epochs > 0 ? [history] : []), ...(hasBest ? ['its best weights'] : [])].join(' and ');
  const advice = hasBest
    ? `or begin a new run with its best weights: lethe train … --from ${shellPath(run.directory)}`
    : 'or train anew into another directory';
  throw new DataError(
    `${run.last} is missing, though the run has ${found}; put the file back (from a copy), ${advice}`,
  );
}

/**
 * Brings a fresh session to where `last.safetensors` stands. Without one (the run was killed before its first
 * save) the session stays at its beginning. Throws DataError when the file is broken or of another model; the session is then
 * what it was.
 */
export function restoreCheckpoint(run: RunPaths, session: Session): void {
  if (!fs.existsSync(run.last)) return;
  const { tensors, metadata } = readSafetensors(run.last);
  const state = parseState(metadata.state, run.last);
  const groups = {
    weights: {} as Weights,
    optimizer: {} as Weights,
    carried: {} as Weights,
    best: {} as Weights,
  };
  for (const [name, tensor] of Object.entries(tensors)) {
    const [, group, rest] = /^(optimizer|carried|best)\.(.*)$/s.exec(name) ?? [undefined, 'weights', name];
    groups[group as keyof typeof groups][rest] = tensor;
  }
  const { task } = session;
  const steps = task.stepsIn(state.epoch);
  if (state.position > steps) {
    throw new DataError(
      `${run.last} is ${state.position} steps into an epoch of ${steps}; the data or training.batch changed since`,
    );
  }
  const best = state.best ? checkBest(groups.best, groups.weights, run.last) : null;
  const before = task.model.parameters;
  const points = Object.values(before).map(({ data }) => data.slice());
  const carried = task.carried();
  try {
    task.model.load(groups.weights, run.last);
    task.restoreCarried(groups.carried, run.last);
    // All or nothing by itself; nothing that can fail comes after it.
    session.optimizer.restore(groups.optimizer);
  } catch (error) {
    for (const [i, { data }] of Object.values(before).entries()) data.set(points[i]);
    task.restoreCarried(carried, run.last);
    throw error;
  }
  session.best = best;
  session.state = state;
}

// --- internal ---

/** The weights of the best validation, which must be those of the same model. */
function checkBest(best: Weights, weights: Weights, where: string): Weights {
  for (const [name, { shape }] of Object.entries(weights)) {
    if (Object.hasOwn(best, name) && String(best[name].shape) === String(shape)) continue;
    throw new DataError(
      `${where}: expected best.${name} of shape [${shape.join(', ')}], as the last weights, found ${Object.hasOwn(best, name) ? `[${best[name].shape.join(', ')}]` : 'nothing'}`,
    );
  }
  return best;
}

function prefixed(prefix: string, tensors: Record<string, StoredTensor>): Record<string, StoredTensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}
