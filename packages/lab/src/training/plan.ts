/** The resolved plan of a run, told before anything is computed. */
import { describe } from 'lethe';
import { kernels } from 'lethe/internal';
import { keys } from '../data/music/piano-roll.ts';
import type { PlanEvent } from './events.ts';
import type { Session } from './session.ts';

/** The plan of a session that will write to `run`. */
export function planOf(session: Session, run: string): PlanEvent {
  const { config, data, stepsPerEpoch } = session;
  const engine = kernels();
  return {
    event: 'plan',
    run,
    dataset: data.name,
    source: data.source,
    method: config.model.dropout,
    noise: session.model.layers.map((layer) => describe(layer.plan)),
    parameters: countParameters(session),
    memory_mb: Math.ceil(memoryOf(session) / 2 ** 20),
    steps_per_epoch: stepsPerEpoch,
    epochs: config.training.epochs,
    engine: engine.engine,
    isa: engine.isa,
    threads: engine.threads(),
  };
}

// --- internal ---

function countParameters({ model }: Session): number {
  return Object.values(model.parameters).reduce((sum, parameter) => sum + parameter.size, 0);
}

/**
 * Bytes in float32: parameters with gradient, optimizer slots, evaluation copy and best weights; activations
 * and their gradients for every step of a minibatch, mean and variance in the moments mode; the process itself.
 */
function memoryOf(session: Session): number {
  const { config, model, chunks } = session;
  const copies = { rmsprop: 6, sgd: 5, adam: 6, adamw: 6 }[config.optimizer.name];
  const longest = Math.max(...chunks.map((chunk) => chunk.frames.length - 1));
  const rows = longest * Math.min(config.training.batch, chunks.length);
  // Input, target and mask; hidden units and pre-activations with their gradients, of every gate; logits with theirs.
  const mode = model.regularizer.modes.train;
  const moments = mode === 'moments' || mode === 'gaussian' ? 2 : 1;
  const { hidden, layers, cell } = config.model;
  const kept = { rnn: 4, gru: 8, lstm: 9 }[cell];
  const perRow = 2 * keys + 1 + moments * (kept * hidden * layers + 3 * keys);
  const base = 60 * 2 ** 20;
  return base + 4 * (copies * countParameters(session) + rows * perRow);
}
