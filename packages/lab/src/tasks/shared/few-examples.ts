/** What is said of a calibration on few examples. */
import { counted } from '../../common/counted.ts';

/**
 * Fewer are said to be few: the coverage of one calibration varies by √(α (1 - α) / n) around what is promised, of 100 examples and nine
 * in ten by three points, and the accuracy that a temperature follows by up to five.
 */
export const fewExamples = 100;

/** A sentence on too few examples; none for enough of them. */
export function fewNote(count: number, what: 'example' | 'window', alpha: number, key: string): string[] {
  if (count >= fewExamples) return [];
  const points = Math.max(1, Math.round(100 * Math.sqrt((alpha * (1 - alpha)) / count)));
  const more = what === 'example' ? ', and a temperature or a factor of deviations by chance' : '';
  return [
    `found on ${counted(count, what)}, fewer than ${fewExamples}, which tell little: coverage varies by some ${points} points with those that happen to be kept${more}; keep more (--set ${key})`,
  ];
}
