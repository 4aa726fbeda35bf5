/** The embedded tunes as the page gets them: `tunes.json`, made when it is built. */
import type { Piece } from '@lethe/lab/music';
import { DataError } from 'lethe';

/** Pieces to learn from, and pieces to see what was learned. */
export interface Tunes {
  stepsPerQuarter: number;
  train: Piece[];
  valid: Piece[];
}

/** @throws DataError where the file is not there or holds something else */
export async function fetchTunes(url: URL | string): Promise<Tunes> {
  const response = await fetch(url).catch((cause) => {
    throw new DataError(`expected tunes.json beside the page, but it does not come (${cause.message})`);
  });
  const text = response.ok ? await response.text() : '';
  try {
    const tunes = JSON.parse(text) as Tunes;
    if (tunes.train.length > 0 && tunes.valid.length > 0) return tunes;
  } catch {
    // said below
  }
  throw new DataError(
    `expected tunes.json beside the page to hold tunes, got status ${response.status} and ${text.length} characters; upload the whole folder anew`,
  );
}
