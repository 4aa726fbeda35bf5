/** The data of `start`: JSB Chorales where they are or can be fetched at once, else the embedded corpus. */

import { Interrupted } from '../../common/usage.ts';
import { MissingDataError } from '../../data/missing.ts';
import type { DataPlaces } from '../kind.ts';
import { loadMusic, type MusicData } from './data/dataset.ts';

/** Seconds that a first look waits for a download; `lethe data fetch` has more patience. */
const patience = 12;

/**
 * Loads JSB Chorales, or says why not and loads the embedded corpus. What is found but broken is an error.
 * @throws Interrupted when `signal` stopped the download
 */
export async function quickStartData(
  options: DataPlaces & { signal: AbortSignal; patience?: number },
): Promise<MusicData> {
  const { dataDir, fetch, signal, log } = options;
  let asked = false;
  const late = AbortSignal.timeout(1000 * (options.patience ?? patience));
  try {
    return await loadMusic('jsb-chorales', {
      dataDir,
      fetch,
      fetching: { idleTimeout: 4000, signal: AbortSignal.any([signal, late]) },
      log: (line) => {
        // One line for all mirrors: what failed is told if all of them did.
        if (line.startsWith('fetching') && !asked) log?.('JSB Chorales are not here; fetching them');
        asked ||= line.startsWith('fetching');
      },
    });
  } catch (error) {
    if (signal.aborted) throw new Interrupted();
    if (!late.aborted && !(error instanceof MissingDataError)) throw error;
    log?.(
      `JSB Chorales are not here${asked ? ' and cannot be fetched now' : ''}; the embedded folk tunes take their place`,
    );
    return loadMusic('folk');
  }
}
