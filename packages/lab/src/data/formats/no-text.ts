/** Files that are no text although they were given as one, known by their first bytes: what they are, and what to do. */

/**
 * What bytes are that begin like no text, with a remedy; undefined where nothing speaks against text.
 * @param bytes the first 4 KB of a file, unpacked
 */
export function noText(bytes: Uint8Array): string | undefined {
  const beginning = Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
  return kinds.find(({ is }) => is(beginning))?.what;
}

// --- internal ---

const spreadsheet = 'open it in its program and save the sheet as CSV (UTF-8)';

const kinds: { is: (beginning: string) => boolean; what: string }[] = [
  {
    is: (b) => isZip(b) && /\[Content_Types\]\.xml|xl\/|docProps\//.test(b) && !/word\/|ppt\//.test(b),
    what: `an Excel workbook (.xlsx); ${spreadsheet}`,
  },
  {
    is: (b) => isZip(b) && b.includes('opendocument.spreadsheet'),
    what: `an OpenDocument spreadsheet (.ods); ${spreadsheet}`,
  },
  { is: (b) => isZip(b), what: 'a ZIP archive; unpack it and give the file inside' },
  { is: (b) => b.startsWith('\xd0\xcf\x11\xe0'), what: `an old Excel or Office file (.xls); ${spreadsheet}` },
  { is: (b) => b.startsWith('PAR1'), what: 'a Parquet file; give it the ending .parquet' },
  { is: (b) => b.startsWith('%PDF'), what: 'a PDF; copy its table to a CSV' },
  { is: (b) => b.startsWith('SQLite format 3\0'), what: 'a SQLite database; export its table as CSV' },
  { is: (b) => b.startsWith('\x89HDF'), what: 'an HDF5 file; export its table as CSV' },
  {
    is: (b) => b.startsWith('\x93NUMPY'),
    what: 'a NumPy array; save it with numpy.savetxt(…, delimiter=",")',
  },
  { is: (b) => b.startsWith('RDX') || b.startsWith('X\n\0'), what: 'a file of R; save it with write.csv' },
  {
    is: (b) => b.startsWith('ARROW1') || b.startsWith('FEA1'),
    what: 'a Feather file; save it as CSV or Parquet',
  },
  {
    is: (b) => b.slice(257, 262) === 'ustar',
    what: 'a tar archive; unpack it and give a file or folder inside',
  },
  { is: (b) => /^\s*<(!doctype html|html)\b/i.test(b), what: 'a web page; download the file itself' },
];

const isZip = (beginning: string): boolean =>
  beginning.startsWith('PK\x03\x04') || beginning.startsWith('PK\x05\x06');
