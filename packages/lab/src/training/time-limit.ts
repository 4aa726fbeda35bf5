/**
 * A limit of minutes holds for all of a run: reading, training, and the evaluations at its end. What they take is measured on
 * their first windows before training begins, and kept in hand. Where they would take more than half of the time, a share of
 * validation and test is evaluated, which the plan says and every figure carries.
 */
import type { SplitName } from '../data/split-names.ts';
import type { Session } from './session.ts';
import { inSlices } from './slices.ts';

/** Seconds that a whole evaluation of a split takes. */
export interface EvaluationCosts {
  valid: number;
  test: number;
}

/** Measures both, in about a second. */
export async function evaluationCosts(session: Session): Promise<EvaluationCosts> {
  return { valid: await secondsOf(session, 'valid'), test: await secondsOf(session, 'test') };
}

/** Seconds to keep in hand for a validation and the test. */
export function reserveOf(costs: EvaluationCosts | undefined, share: number): number {
  // A tenth more: speeds drift.
  return costs ? 1.1 * share * (costs.valid + costs.test) : 0;
}

/**
 * The session with a share of validation and test that fits into half of the time left, where the configuration limits the time
 * and asks for more; else as it is.
 */
export function withFittingShare(
  session: Session,
  costs: EvaluationCosts | undefined,
  spent: number,
): Session {
  const { minutes, evaluationShare } = session.config.training;
  if (minutes === null || !costs) return session;
  const budget = Math.max(leastBudget, (60 * minutes - spent) / 2);
  const needed = reserveOf(costs, evaluationShare);
  if (needed <= budget) return session;
  const share = Math.max(leastShare, twoDigits((evaluationShare * budget) / needed));
  const training = { ...session.config.training, evaluationShare: share };
  return { ...session, config: { ...session.config, training } };
}

/** How the plan says which share is evaluated; undefined where all is. */
export function shareNote({ training: { evaluationShare, minutes } }: Session['config']): string | undefined {
  if (evaluationShare === 1) return undefined;
  const why = minutes === null ? '' : `; all would not fit into ${minutes} minutes, or less was asked for`;
  return `${percent(evaluationShare)} of validation and of test is evaluated (training.evaluationShare)${why}; \`lethe eval\` measures all`;
}

/** `3.4 %` */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

// --- internal ---

/** Seconds that evaluations may take in any case. */
const leastBudget = 1;
const leastShare = 0.001;
/** Milliseconds of measuring. */
const patience = 300;

/** Rounded down, so that it fits and reads well. */
function twoDigits(share: number): number {
  const unit = 10 ** (Math.floor(Math.log10(share)) - 1);
  return Number((Math.floor(share / unit) * unit).toPrecision(2));
}

/** Goes through windows until the time to measure is over; the first warms up. */
async function secondsOf({ task, config: engine }: Session, split: SplitName): Promise<number> {
  const enough = new AbortController();
  const begun = performance.now();
  let first: { at: number; done: number } | undefined;
  let seconds = 0;
  const onProgress = (done: number, all: number): void => {
    const now = performance.now();
    const [from, before] = first && done > first.done ? [first.at, first.done] : [begun, 0];
    seconds = ((now - from) / 1000) * (all / (done - before));
    first ??= { at: now, done };
    if (now - begun > patience) enough.abort();
  };
  await inSlices(task.evaluate(split), { engine, signal: enough.signal, onProgress });
  return seconds;
}
