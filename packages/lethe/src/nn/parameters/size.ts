/** Checks of sizes, shared by layers. */
import { checkWhole } from '../../checks.ts';
import { ConfigError } from '../../errors.ts';
import { found } from '../../found.ts';
import { mostNumbers } from '../../tensor/dtype.ts';

/**
 * Refuses a size that is not a whole number above 0.
 * @throws ConfigError
 */
export function checkSize(where: string, name: string, size: unknown): asserts size is number {
  if (!Number.isInteger(size) || (size as number) < 1) {
    throw new ConfigError(
      `${where}: expected ${name} to be a whole number of at least 1, got ${found(size)}`,
    );
  }
  if ((size as number) > mostNumbers) {
    throw new ConfigError(`${where}: expected ${name} to be at most ${mostNumbers}, got ${size}`);
  }
}

/**
 * Refuses what is no number of a layer in a noise stream.
 * @throws ConfigError
 */
export function checkLayer(where: string, layer: unknown): void {
  if (layer !== undefined) checkWhole(where, 'layer', layer, 0, 2 ** 16 - 1);
}
