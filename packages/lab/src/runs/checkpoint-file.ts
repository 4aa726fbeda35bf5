/** Safetensors files of a run, read with their name in every error. */
import fs from 'node:fs';
import { DataError, decodeSafetensors } from 'lethe';
import { systemReason } from '../files/system-error.ts';

/** Reads a safetensors file. Throws DataError when it is missing or broken, naming it. */
export function readSafetensors(file: string): ReturnType<typeof decodeSafetensors> {
  let bytes: Uint8Array;
  try {
    // A Buffer's slice shares memory where a Uint8Array's copies.
    bytes = new Uint8Array(fs.readFileSync(file));
  } catch (error) {
    throw new DataError(`${file} cannot be read: ${systemReason(error)}`, { cause: error });
  }
  try {
    return decodeSafetensors(bytes);
  } catch (error) {
    throw new DataError(`${file}: ${(error as Error).message}`, { cause: error });
  }
}
