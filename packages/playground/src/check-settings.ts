/** Settings that come from a form or a file. */
import { ConfigError } from 'lethe';
import { cells, defaultSettings, limits, names, type Settings } from './settings.ts';

/**
 * Settings from elsewhere, such as a file, as they are.
 * @throws ConfigError for a setting that is missing, unknown or out of its limits
 */
export function checkSettings(given: unknown): Settings {
  const found = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  const strange = Object.keys(found).find((key) => !(key in defaultSettings));
  if (strange !== undefined) throw new ConfigError(`settings: expected none called ${strange.slice(0, 40)}`);
  if (!cells.some((cell) => cell === found.cell)) {
    throw new ConfigError(`settings: expected the cell to be one of ${cells.join(', ')}`);
  }
  if (typeof found.dropout !== 'string') {
    throw new ConfigError('settings: expected a method such as none or variational:recurrent=.2');
  }
  for (const [key, { from, to, whole }] of Object.entries(limits)) {
    const value = found[key];
    const isFine = typeof value === 'number' && value >= from && value <= to;
    if (isFine && (!whole || Number.isInteger(value))) continue;
    throw new ConfigError(
      `${names[key as keyof typeof limits]}: expected a ${whole ? 'whole ' : ''}number from ${from} to ${to}, got ${String(value).slice(0, 40)}`,
    );
  }
  return found as unknown as Settings;
}
