/** The data of `start`: JSB Chorales where they are or can be fetched at once, else the embedded corpus. */
import { loadMusic, type MusicData } from '../data/music/dataset.ts';
import { MissingDataError } from '../data/music/missing.ts';
import type { Output } from './output.ts';
import { Interrupted } from './usage.ts';

/** Seconds that a first look waits for a download; `lethe data fetch` has more patience. */
const patience = 12;

/**
 * Loads JSB Chorales, or says why not and loads the embedded corpus. What is found but broken is an error.
 * @throws Interrupted when `signal` stopped the download
 */
export async function startData(
  options: { dataDir?: string; fetch?: boolean; signal: AbortSignal; patience?: number },
  output: Output,
): Promise<MusicData> {
  const { dataDir, fetch, signal } = options;
  let asked = false;
  const late = AbortSignal.timeout(1000 * (options.patience ?? patience));
  try {
    return await loadMusic('jsb-chorales', {
      dataDir,
      fetch,
      fetching: { idleTimeout: 4000, signal: AbortSignal.any([signal, late]) },
      log: (line) => {
        // One line for all mirrors: what failed is told if all of them did.
        if (line.startsWith('fetching') && !asked) output.notice('JSB Chorales are not here; fetching them');
        asked ||= line.startsWith('fetching');
      },
    });
  } catch (error) {
    if (signal.aborted) throw new Interrupted();
    if (!late.aborted && !(error instanceof MissingDataError)) throw error;
    output.notice(
      `JSB Chorales are not here${asked ? ' and cannot be fetched now' : ''}; the embedded folk tunes take their place`,
    );
    return loadMusic('folk');
  }
}
