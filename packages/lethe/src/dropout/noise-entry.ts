/** Entries of noise from what differs from the usual. */
import { ConfigError } from '../errors.ts';
import { shown } from '../found.ts';
import { checkEntryKind } from './check-regularizer.ts';
import { checkRate, type NoiseEntry, type NoiseSite } from './noise.ts';

/**
 * An entry with the usual settings: drop, fresh at every step, for each example, gates tied, inverted.
 * @throws ConfigError for an unknown part or word, or a rate outside [0, 1)
 */
export function noiseEntry(entry: Partial<NoiseEntry> & Pick<NoiseEntry, 'site' | 'rate'>): NoiseEntry {
  if (typeof entry !== 'object' || entry === null) {
    throw new ConfigError(`noiseEntry: expected { site, rate }, got ${shown(entry)}`);
  }
  const full: NoiseEntry = {
    kind: 'drop',
    interval: 'step',
    examples: 'each',
    gates: 'tied',
    scaling: 'inverted',
    ...entry,
  };
  checkEntryKind('noiseEntry', full);
  return full;
}

/** Entries for the sites whose rate is above 0, all alike but for site and rate. */
export function entriesAt(
  method: string,
  rates: Partial<Record<NoiseSite, number>>,
  like: Partial<NoiseEntry> = {},
): NoiseEntry[] {
  return Object.entries(rates)
    .filter(([site, rate]) => checkRate(method, site, rate) > 0)
    .map(([site, rate]) => noiseEntry({ ...like, site: site as NoiseSite, rate }));
}
