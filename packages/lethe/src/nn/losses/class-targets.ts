/** Targets that are numbers of classes. */
import { DataError } from '../../errors.ts';
import type { Real } from '../../tensor/dtype.ts';

/**
 * The targets, 0 in place of what is no class in rows that do not count.
 * @throws DataError for what is no class in a row that counts
 */
export function classTargets(
  where: string,
  targets: Int32Array,
  classes: number,
  mask: Real | undefined,
): Int32Array {
  const isWrong = (target: number) => target < 0 || target >= classes;
  const wrong = targets.findIndex((target, m) => isWrong(target) && mask?.[m] !== 0);
  if (wrong >= 0) {
    throw new DataError(
      `${where}: expected targets from 0 to ${classes - 1}, got ${targets[wrong]} at row ${wrong}`,
    );
  }
  return mask && targets.some(isWrong) ? targets.map((target) => (isWrong(target) ? 0 : target)) : targets;
}
