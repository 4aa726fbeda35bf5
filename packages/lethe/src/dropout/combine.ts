/** Regularizers put together and taken apart. */
import { ConfigError } from '../errors.ts';
import type { NoiseEntry, Regularizer } from './noise.ts';
import { none } from './none.ts';

/**
 * Several methods at once: their noise, one list after the other. Those without noise change nothing.
 * @throws ConfigError if two of them need different modes, or both say how moments are computed
 */
export function combine(...methods: readonly Regularizer[]): Regularizer {
  const active = methods.filter((method) => method.noise.length > 0 || method.moments);
  if (active.length === 0) return methods[0] ?? none();
  const [first, ...others] = active;
  for (const other of others) {
    if (other.modes.train !== first.modes.train || other.modes.test !== first.modes.test) {
      throw new ConfigError(
        `dropout: expected methods that run alike, got ${first.name} (train ${first.modes.train}, test ${first.modes.test}) ` +
          `and ${other.name} (train ${other.modes.train}, test ${other.modes.test}); set fast's mode=sample, or leave one out`,
      );
    }
  }
  const withMoments = active.filter((method) => method.moments);
  if (withMoments.length > 1) {
    throw new ConfigError(
      `dropout: expected one method that says how moments are computed, got ${withMoments.map((m) => m.name).join(' and ')}`,
    );
  }
  return {
    name: active.map((method) => method.name).join('+'),
    reference: [...new Set(active.map((method) => method.reference))].join('; '),
    noise: active.flatMap((method) => method.noise),
    modes: first.modes,
    moments: withMoments[0]?.moments,
  };
}

/**
 * Divides a regularizer between a recurrent layer and the linear layer that reads it. Where a mode integrates
 * the noise, `output` entries become `input` entries of the readout, which alone can integrate them; sampled,
 * they stay with the recurrent layer, whose kernel applies them for nothing.
 */
export function splitReadout(regularizer: Regularizer): { recurrent: Regularizer; readout: Regularizer } {
  const { train, test } = regularizer.modes;
  const integrates = [train, test].some((mode) => mode === 'moments' || mode === 'gaussian');
  const isMoved = (entry: NoiseEntry) => integrates && entry.site === 'output';
  return {
    recurrent: { ...regularizer, noise: regularizer.noise.filter((entry) => !isMoved(entry)) },
    readout: {
      ...regularizer,
      noise: regularizer.noise.filter(isMoved).map((entry) => ({ ...entry, site: 'input' })),
    },
  };
}
