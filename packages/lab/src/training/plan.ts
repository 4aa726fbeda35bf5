/** The resolved plan of a run, told before anything is computed. */
import { describe } from 'lethe';
import { kernels } from 'lethe/internal';
import type { PlanEvent } from './events.ts';
import type { Session } from './session.ts';
import { shareNote } from './time-limit.ts';

/** The plan of a session that will write to `run`. */
export function planOf(session: Session, run: string): PlanEvent {
  const { config, task } = session;
  const { data, model, shown } = task;
  const engine = kernels();
  const notes = [...(task.notes ?? []), shareNote(config)].filter((note) => note !== undefined);
  return {
    event: 'plan',
    run,
    dataset: data.name,
    source: data.source,
    ...(notes.length > 0 && { notes }),
    method: config.model.dropout,
    noise: model.plans.map((plan) => describe(plan)),
    hint: task.hint(run),
    shown,
    parameters: countParameters(session),
    memory_mb: Math.ceil(memoryOf(session) / 2 ** 20),
    steps_per_epoch: task.stepsIn(session.state.epoch),
    epochs: config.training.epochs,
    engine: engine.engine,
    isa: engine.isa,
    threads: engine.threads(),
  };
}

// --- internal ---

function countParameters({ task }: Session): number {
  return Object.values(task.model.parameters).reduce((sum, parameter) => sum + parameter.size, 0);
}

/**
 * Bytes in float32: parameters with gradient, optimizer slots, evaluation copy and best weights; what the task works
 * with; the process itself.
 */
function memoryOf(session: Session): number {
  const { config, task } = session;
  const copies = { rmsprop: 6, sgd: 5, 'nt-asgd': 6, adam: 6, adamw: 6 }[config.optimizer.name];
  const base = 60 * 2 ** 20;
  return base + 4 * (copies * countParameters(session) + task.working);
}
