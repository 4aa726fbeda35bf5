/** Checks of sizes, shared by layers. */
import { ConfigError } from '../errors.ts';

/**
 * Refuses a size that is not a whole number above 0.
 * @throws ConfigError
 */
export function checkSize(where: string, name: string, size: number): void {
  if (!Number.isInteger(size) || size < 1) {
    throw new ConfigError(`${where}: expected ${name} to be a whole number of at least 1, got ${size}`);
  }
}
