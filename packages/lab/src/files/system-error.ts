/** What the operating system refused, in words: the one table of its codes. */
import { LetheError } from 'lethe';
import { printable } from 'lethe/internal';

/** The reason behind an error of the system in words, with the code where no word is known; the message of any other error. */
export function systemReason(error: unknown): string {
  const system = rootOf(error);
  const { code, message } = system;
  if (code !== undefined && Object.hasOwn(reasons, code)) return reasons[code];
  return system.syscall && code
    ? `${system.syscall} failed (${code})`
    : printable(message ?? String(error), 500);
}

/** The code of an error of the system, also one that another error wraps. */
export function systemCode(error: unknown): string | undefined {
  return rootOf(error).code;
}

/** An `E_IO` error of writing: what could not be done, the system's reason in words, and what holds now. */
export function ioError(what: string, error: unknown, advice: string): LetheError {
  const reason = ofWriting[systemCode(error) ?? ''] ?? systemReason(error);
  return new LetheError('E_IO', `${what}: ${reason}; ${advice}`, { cause: error });
}

// --- internal ---

/** The error that the system gave: `cause` of one that was said in words already. */
function rootOf(error: unknown): NodeJS.ErrnoException {
  const { cause } = error as Error;
  return (cause instanceof Error ? cause : error) as NodeJS.ErrnoException;
}

/** What two of them mean where something is to be made. */
const ofWriting: Record<string, string> = {
  ENOENT: 'no such directory',
  EISDIR: 'there is a directory in its place',
};

const reasons: Record<string, string> = {
  EACCES: 'no permission',
  EBUSY: 'it is in use',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it exists already',
  EFBIG: 'the file would be too large',
  EINVAL: 'the system refuses that name or operation',
  EIO: 'the device failed',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'too many open files',
  ENOENT: 'no such file or directory',
  ENOMEM: 'not enough memory',
  ENOSPC: 'no space left on the disk',
  ENOTDIR: 'a part of the path is not a directory',
  ENOTEMPTY: 'the directory is not empty',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ETXTBSY: 'it is being run',
};
