/** Whether a file is the one that was read before, as it was: a word that a change of it changes. */
import type fs from 'node:fs';

/** Number in the file system, size and time of the last writing, in nanoseconds; of `stat` with `bigint`. */
export const fileState = ({ ino, size, mtimeNs }: fs.BigIntStats): string => `${ino} ${size} ${mtimeNs}`;
