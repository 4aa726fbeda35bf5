/** Options that hold one of a few words. */
import { ConfigError } from '../errors.ts';
import { shown } from '../found.ts';

/** Refuses a value that is none of the known ones. @throws ConfigError */
export function oneOf(where: string, key: string, value: unknown, known: readonly unknown[]): void {
  if (!known.includes(value)) {
    throw new ConfigError(`${where}: expected ${key} to be ${known.join(', ')}, got ${shown(value)}`);
  }
}
