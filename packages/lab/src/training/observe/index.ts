/** The observers of a run: made from its configuration, asked after every epoch. */

import type { ObserverName } from '../../runs/observer-names.ts';
import { observeDecomposition } from './decomposition.ts';
import type { MakeObserver, Observed, Observer } from './observer.ts';
import { observeSpectralRadius } from './spectral-radius.ts';

/** The observers that the configuration names. Throws ConfigError for one that has nothing to observe in this run. */
export function makeObservers(observed: Observed): Map<ObserverName, Observer> {
  return new Map(observed.config.observe.map((name) => [name, makers[name](observed)]));
}

// --- internal ---

const makers: Record<ObserverName, MakeObserver> = {
  decomposition: observeDecomposition,
  'spectral-radius': observeSpectralRadius,
};
