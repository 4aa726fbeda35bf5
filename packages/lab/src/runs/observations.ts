/**
 * `observations/NAME.jsonl`: what an observer says of single units, one line an observation,
 * `{"epoch":1,"step":5,"rnn.0.delta":[…]}`, with six digits. The sums over units stand in `metrics.jsonl`.
 */
import fs from 'node:fs';
import path from 'node:path';
import { atomicWrite, ioError } from '../files/atomic-write.ts';

/** Adds a line. Throws LetheError `E_IO` when the disk is full. */
export function appendObservation(
  directory: string,
  name: string,
  place: { epoch: number; step: number },
  units: Record<string, ArrayLike<number>>,
): void {
  const rounded = Object.entries(units).map(([key, values]) => [key, Array.from(values, sixDigits)]);
  const line = JSON.stringify({ ...place, ...Object.fromEntries(rounded) });
  const file = path.join(directory, `${name}.jsonl`);
  try {
    fs.mkdirSync(directory, { recursive: true });
    fs.appendFileSync(file, `${line}\n`);
  } catch (error) {
    throw ioError(
      `cannot add to ${file}`,
      error,
      'the last checkpoint is whole, so resume goes on from there',
    );
  }
}

/** Takes back what was written after a checkpoint: observations after `epochs`, and a torn line. */
export function truncateObservations(directory: string, epochs: number): void {
  if (!fs.existsSync(directory)) return;
  for (const name of fs.readdirSync(directory).filter((one) => one.endsWith('.jsonl'))) {
    const file = path.join(directory, name);
    const text = fs.readFileSync(file, 'utf8');
    const kept = text.split('\n').filter((line) => epochOf(line) <= epochs);
    const whole = kept.map((line) => `${line}\n`).join('');
    if (whole !== text) atomicWrite(file, whole);
  }
}

// --- internal ---

const sixDigits = (value: number): number => Number(value.toPrecision(6));

/** Of a whole line; infinite for anything else. */
function epochOf(line: string): number {
  try {
    return JSON.parse(line).epoch;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
