/**
 * Events as TensorBoard reads them: numbers, histograms, pictures and texts under a tag, each with its step and time.
 *
 * Format: TensorFlow, "event.proto", "summary.proto", "histogram.proto", "tensor.proto"; numbers of fields as there.
 */
import { largest, least } from '../../common/extremes.ts';
import { bytes, double, doubles, type Field, float, joined, message, text, whole } from '../protobuf.ts';
import { record } from './records.ts';

/** When something was. */
export interface Moment {
  step: number;
  /** seconds since 1970 */
  time: number;
}

/** A file of events. */
export interface EventFile {
  scalar(tag: string, value: number, at: Moment): void;
  /** Of numbers of units; what is not finite is left out. */
  histogram(tag: string, values: ArrayLike<number>, at: Moment): void;
  /** Of a PNG file. */
  picture(tag: string, png: Uint8Array, at: Moment): void;
  text(tag: string, content: string, at: Moment): void;
  content(): Uint8Array;
}

/** A file that begins at `time`. */
export function eventFile(time: number): EventFile {
  const records: Uint8Array[] = [record(joined([double(1, time), text(3, 'brain.Event:2')]))];
  const add = (tag: string, { step, time: when }: Moment, ...value: Field[]): void => {
    const summary = message(5, message(1, text(1, tag), ...value));
    records.push(record(joined([double(1, when), whole(2, step), summary])));
  };
  return {
    scalar: (tag, value, at) => add(tag, at, float(2, value)),
    histogram(tag, values, at) {
      const numbers = Array.from(values).filter(Number.isFinite);
      if (numbers.length > 0) add(tag, at, histogramOf(numbers));
    },
    picture(tag, png, at) {
      const { width, height } = sizeOf(png);
      const rgba = 4;
      add(tag, at, message(4, whole(1, height), whole(2, width), whole(3, rgba), bytes(4, png)));
    },
    text(tag, content, at) {
      const strings = 7;
      const tensor = message(8, whole(1, strings), message(2, message(2, whole(1, 1))), text(8, content));
      add(tag, at, message(9, message(1, text(1, 'text'))), tensor);
    },
    content: () => Buffer.concat(records),
  };
}

// --- internal ---

/** Buckets of equal width between the least and the greatest. */
const buckets = 30;

function histogramOf(numbers: readonly number[]): Field {
  const [lowest, highest] = [least(numbers), largest(numbers)];
  const width = (highest - lowest) / buckets;
  const counts = new Array<number>(width > 0 ? buckets : 1).fill(0);
  for (const value of numbers) {
    counts[width > 0 ? Math.min(buckets - 1, Math.floor((value - lowest) / width)) : 0]++;
  }
  const limits = counts.map((_, k) => (k === counts.length - 1 ? highest : lowest + (k + 1) * width));
  const sum = numbers.reduce((total, value) => total + value, 0);
  const squares = numbers.reduce((total, value) => total + value * value, 0);
  return message(
    5,
    ...[lowest, highest, numbers.length, sum, squares].map((value, k) => double(k + 1, value)),
    doubles(6, limits),
    doubles(7, counts),
  );
}

/** As the first chunk of a PNG file says. */
function sizeOf(png: Uint8Array): { width: number; height: number } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
