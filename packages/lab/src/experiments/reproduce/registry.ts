/** All figures and tables that `lethe reproduce` makes; a new one is a file of this folder and a line here. */
import { ConfigError } from 'lethe';
import { didYouMean } from '../../common/nearest.ts';
import { bayer2013Accuracy } from './bayer2013-accuracy.ts';
import { bayer2013Decomposition } from './bayer2013-decomposition.ts';
import { bayer2013Departures } from './bayer2013-departures.ts';
import { bayer2013Figure1 } from './bayer2013-figure-1.ts';
import { bayer2013Figure2 } from './bayer2013-figure-2.ts';
import { bayer2013Table1 } from './bayer2013-table-1.ts';
import { bayer2013Table2 } from './bayer2013-table-2.ts';
import { bayer2013Table3 } from './bayer2013-table-3.ts';
import { bayer2013WeightNoise } from './bayer2013-weight-noise.ts';
import type { Reproduction } from './reproduction.ts';

export const reproductions: readonly Reproduction[] = [
  bayer2013Figure1,
  bayer2013Figure2,
  bayer2013Decomposition,
  bayer2013Table1,
  bayer2013Table2,
  bayer2013Table3,
  bayer2013Accuracy,
  bayer2013Departures,
  bayer2013WeightNoise,
];

/** The figure or table of a paper. Throws ConfigError that says what there is. */
export function findReproduction(paper: string, kind: Reproduction['kind'], number: string): Reproduction {
  const offers = offersOf(paper);
  const found = reproductions.find(
    (one) => one.paper === paper && one.kind === kind && one.number === number,
  );
  if (found) return found;
  throw new ConfigError(`of ${paper} there is no --${kind} ${number}; there are ${offers}`);
}

/** What there is of a paper, as options of the command. Throws ConfigError for an unknown paper. */
export function offersOf(paper: string): string {
  const ofPaper = reproductions.filter((one) => one.paper === paper);
  if (ofPaper.length > 0) return ofPaper.map((one) => `--${one.kind} ${one.number}`).join(', ');
  const papers = [...new Set(reproductions.map((one) => one.paper))];
  throw new ConfigError(
    `there is no paper '${paper}'${didYouMean(paper, papers) || `; there is ${papers.join(', ')}`}`,
  );
}
