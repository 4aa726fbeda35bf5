/** What is said of a calibration on few examples. */
import { counted } from '../../common/counted.ts';

/**
 * Fewer are said to be few: a share among n of them, such as the accuracy that a temperature follows or the coverage of sets, has a
 * standard error of up to 1 / (2 √n), five points of 100.
 */
export const fewExamples = 100;

/** A sentence on too few examples, with the key that keeps more; none for enough of them. */
export function fewNote(count: number, what: 'example' | 'window', key: string): string[] {
  if (count >= fewExamples) return [];
  const points = Math.round(50 / Math.sqrt(count));
  return [
    `found on ${counted(count, what)}, fewer than ${fewExamples}, which tell little: shares among so few are off by up to some ${points} points by chance; keep more (--set ${key})`,
  ];
}
