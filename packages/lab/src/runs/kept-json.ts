/** JSON files that a run keeps of itself, each with the number of its format and a schema: what was written is what is read back. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, DataError } from 'lethe';
import { z } from 'zod';
import { systemCode, systemReason } from '../files/system-error.ts';

/** One kind of such files: what they are written from, and what reading gives. */
export interface KeptJson<Written, Read = Written> {
  /** its name in the run directory */
  readonly file: string;
  /** the content of the file */
  text(content: Written): string;
  /** reads that of a run; undefined where it has none. Throws DataError for one that is broken. */
  read(directory: string): Read | undefined;
  /** reads that of a run that cannot be without. Throws ConfigError where there is none, DataError for one that is broken. */
  required(directory: string): Read;
}

/**
 * @param file its name in the run directory
 * @param content what it holds, in words, for errors
 * @param schema of all but the number of the format; where it transforms, reading gives what it makes
 * @param advice what to do about a broken one
 */
export function keptJson<Written extends object, Read>(
  file: string,
  content: string,
  schema: z.ZodType<Read, Written>,
  advice?: string,
): KeptJson<Written, Read> {
  const read = (directory: string): Read | undefined => {
    const place = path.join(directory, file);
    let text: string;
    try {
      text = readFileSync(place, 'utf8');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw new DataError(`${place}: cannot be read: ${systemReason(error)}`, { cause: error });
    }
    try {
      const { format: _, ...rest } = envelope.parse(JSON.parse(text));
      return schema.parse(rest);
    } catch (error) {
      const reason = firstReason(error);
      throw new DataError(
        `${place} holds no ${content} of format 1: ${reason}${advice === undefined ? '' : `; ${advice}`}`,
        { cause: error },
      );
    }
  };
  return {
    file,
    text: (written) => `${JSON.stringify({ format: 1, ...written })}\n`,
    read,
    required(directory) {
      const found = read(directory);
      if (found !== undefined) return found;
      throw new ConfigError(`${directory}: expected ${file}, found none; the run is not complete`);
    },
  };
}

// --- internal ---

const envelope = z.looseObject({ format: z.literal(1) });

/** The first thing that is wrong, short. */
function firstReason(error: unknown): string {
  const first = error instanceof z.ZodError ? error.issues[0] : undefined;
  const at = first?.path.join('.') ?? '';
  const message = first?.message ?? (error as Error).message;
  return `${at === '' ? '' : `${at}: `}${message}`.split('\n')[0].slice(0, 200);
}
