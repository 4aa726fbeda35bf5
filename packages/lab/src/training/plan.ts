/** The resolved plan of a run, told before anything is computed. */
import { describePlan } from 'lethe/dropout';
import { kernels } from 'lethe/engine';
import { precisionOf } from '../runs/engine.ts';
import type { PlanEvent } from '../runs/events.ts';
import { trainingMemory } from './memory.ts';
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
    task: config.task,
    dataset: data.name,
    source: data.source,
    ...(notes.length > 0 && { notes }),
    method: config.model.dropout,
    noise: model.plans.map((plan) => describePlan(plan)),
    hint: task.hint(run),
    shown,
    deciding: task.choice,
    ...(session.state.best && { best: session.state.best }),
    parameters: countParameters(session),
    memory_mb: Math.ceil(memoryOf(session) / 2 ** 20),
    steps_per_epoch: task.stepsIn(session.state.epoch),
    epochs: config.training.epochs,
    engine: engine.engine,
    isa: engine.isa,
    threads: engine.threads(),
    dtype: precisionOf(config),
  };
}

// --- internal ---

function countParameters({ task }: Session): number {
  return Object.values(task.model.parameters).reduce((sum, parameter) => sum + parameter.size, 0);
}

function memoryOf(session: Session): number {
  const { config, task } = session;
  return trainingMemory(config, { parameters: countParameters(session), working: task.working });
}
