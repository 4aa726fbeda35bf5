/**
 * One writer per run directory. The file `lock` names the process that writes; a process that does not
 * live any more has lost its lock, and the next writer takes it over.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LetheError } from 'lethe';
import { printable } from 'lethe/internal';
import { shellPath } from '../common/shell.ts';
import { giveName, ioError, temporaryName } from './atomic-write.ts';
import { systemCode } from './system-error.ts';

/** Gives the lock back; later calls do nothing. */
export type Unlock = () => void;

/**
 * Takes the lock of a run directory. Throws LetheError `E_LOCKED` when another living process, or one on
 * another machine, holds it, `E_IO` when the directory takes no lock.
 */
export function lock(directory: string): Unlock {
  const file = path.join(directory, lockName);
  const mine = JSON.stringify(owner(process.pid));
  try {
    if (acquire(file, mine)) return () => release(file, mine);
  } catch (error) {
    throw ioError(`${directory} cannot be locked`, error, 'nothing was changed there');
  }
  throw held(directory, readOwner(file).holder);
}

/** Who writes a directory: the number of a living process of this machine, `elsewhere` for one that cannot be asked, or nobody. */
export function writerOf(directory: string): number | 'elsewhere' | undefined {
  const { holder } = readOwner(path.join(directory, lockName));
  if (!holder || !isAlive(holder)) return undefined;
  return holder.host === os.hostname() ? holder.pid : 'elsewhere';
}

/** Whether a file of a locked directory belongs to the lock. */
export function isLockFile(name: string): boolean {
  return name === lockName || name.startsWith(`${lockName}.`);
}

// --- internal ---

const lockName = 'lock';

interface Owner {
  pid: number;
  host: string;
  /** start time of the process where the system tells it: a process number is used again */
  started: string | null;
}

/** Puts a lock in its place, or in that of a stale one; false when somebody else has it. */
function acquire(file: string, mine: string): boolean {
  if (place(file, mine)) return true;
  const { text, holder } = readOwner(file);
  if (text === undefined) return place(file, mine); // given back meanwhile
  if (holder ? isAlive(holder) : isYoung(file)) return false;
  return takeOver(file, text, mine);
}

/**
 * Puts a lock in the place of the stale one that was judged. The place is never empty meanwhile, and the right to do so is a lock by itself, one
 * for each stale text: of several that judged the same, one does it, and whoever comes to it later finds another text there.
 */
function takeOver(file: string, judged: string, mine: string): boolean {
  const right = `${file}.${createHash('sha256').update(judged).digest('hex').slice(0, 16)}`;
  if (!acquire(right, mine)) return false;
  const temporary = temporaryName(file);
  try {
    const { text } = readOwner(file);
    if (text !== judged) return text === undefined && place(file, mine);
    fs.writeFileSync(temporary, mine, { flag: 'wx' });
    fs.renameSync(temporary, file);
    return true;
  } finally {
    fs.rmSync(temporary, { force: true });
    release(right, mine);
  }
}

/** Puts a lock in its place with its whole text, so that nobody reads half of it; false when the place is taken. */
function place(file: string, text: string): boolean {
  const temporary = temporaryName(file);
  try {
    fs.writeFileSync(temporary, text, { flag: 'wx' });
    giveName(temporary, file);
    return true;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    return false;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

function owner(pid: number): Owner {
  return { pid, host: os.hostname(), started: processStatus(pid)?.started ?? null };
}

/** What Linux tells about a process; null elsewhere, or when there is no such process. */
function processStatus(pid: number): { state: string; started: string } | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields 3 and 22, counted after the name in brackets, which may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], started: fields[19] };
  } catch {
    return null;
  }
}

function isAlive(holder: Owner): boolean {
  if (holder.host !== os.hostname()) return true; // it cannot be asked from here
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
  const status = processStatus(holder.pid);
  if (!status) return true;
  // A zombie is dead, though nobody has collected it: in a container that may take for ever.
  if (status.state === 'Z' || status.state === 'X') return false;
  return holder.started === null || holder.started === status.started;
}

/**
 * Whether a lock that is not whole may still be on its way: a file system without links copies it. Older ones were torn by
 * a kill and never held.
 */
function isYoung(file: string): boolean {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs < 2000;
}

/** The text of a lock, undefined where none can be read, and who holds it when it is whole. */
function readOwner(file: string): { text: string | undefined; holder: Owner | undefined } {
  let text: string | undefined;
  try {
    text = fs.readFileSync(file, 'utf8');
    const { pid, host, started } = JSON.parse(text) as Owner;
    if (Number.isInteger(pid) && typeof host === 'string') return { text, holder: { pid, host, started } };
  } catch {
    // gone, or not whole
  }
  return { text, holder: undefined };
}

function release(file: string, mine: string): void {
  try {
    if (fs.readFileSync(file, 'utf8') === mine) fs.rmSync(file);
  } catch {
    // gone already: nothing to give back
  }
}

function held(directory: string, holder: Owner | undefined): LetheError {
  const who = holder ? `process ${holder.pid} on ${printable(holder.host, 100)}` : 'another process';
  return new LetheError(
    'E_LOCKED',
    `${directory} is being written by ${who}; wait until it ends, or, if it does not run any more: rm ${shellPath(path.join(directory, lockName))}`,
  );
}
