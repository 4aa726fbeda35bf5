/** `metrics.jsonl`: the history of a run, one event a line. */
import fs from 'node:fs';
import { atomicWrite, ioError } from '../files/atomic-write.ts';
import type { DoneEvent, EpochEvent, TrainingEvent } from './events.ts';

/** Adds an event. Throws LetheError `E_IO` when the disk is full. */
export function appendMetrics(file: string, event: TrainingEvent): void {
  try {
    fs.appendFileSync(file, `${JSON.stringify(event)}\n`);
  } catch (error) {
    throw ioError(
      `cannot add to ${file}`,
      error,
      'the last checkpoint is whole, so resume goes on from there',
    );
  }
}

/** The events of a run, in order. A last line that a kill tore off is left out. */
export function readMetrics(file: string): TrainingEvent[] {
  if (!fs.existsSync(file)) return [];
  const events: TrainingEvent[] = [];
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const event = parseEvent(line);
    if (!event) break; // what follows a broken line was never part of this history
    events.push(event);
  }
  return events;
}

/**
 * Takes back what was written after a checkpoint: of the epochs those after `epochs`, and a torn line.
 * Everything that is taken back happens again. Returns the events that stay.
 */
export function truncateMetrics(file: string, epochs: number): TrainingEvent[] {
  const events = readMetrics(file);
  let end = events.length;
  for (let i = 0; i < end; i++) {
    const event = events[i];
    const beyond =
      event.event === 'epoch' || event.event === 'observe'
        ? event.epoch > epochs
        : event.event === 'done' && event.epochs > epochs;
    if (beyond) end = i;
  }
  const kept = events.slice(0, end);
  const text = kept.map((event) => `${JSON.stringify(event)}\n`).join('');
  if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) atomicWrite(file, text);
  return kept;
}

/** The end of a run; undefined where it is not finished, or went on after its end and is not finished again. */
export function endOf(events: readonly TrainingEvent[]): DoneEvent | undefined {
  const last = events.findLast(({ event }) => event !== 'plan' && event !== 'observe');
  return last?.event === 'done' ? last : undefined;
}

/** The epoch whose weights are kept as the best; undefined where nothing was validated. */
export function bestEpochOf(events: readonly TrainingEvent[]): ValidatedEpoch | undefined {
  return events.findLast(
    (event): event is ValidatedEpoch =>
      event.event === 'epoch' && event.best === true && event.valid !== undefined,
  );
}

// --- internal ---

type ValidatedEpoch = EpochEvent & Required<Pick<EpochEvent, 'valid'>>;

function parseEvent(line: string): TrainingEvent | undefined {
  try {
    const event = JSON.parse(line) as TrainingEvent;
    return typeof event?.event === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}
