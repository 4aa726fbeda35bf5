/**
 * One writer per run directory. The file `lock` names the process that writes; a process that does not
 * live any more has lost its lock, and the next writer takes it over.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LetheError } from 'lethe';

/** Gives the lock back; later calls do nothing. */
export type Unlock = () => void;

/**
 * Takes the lock of a run directory. Throws LetheError `E_LOCKED` when another living process, or one on
 * another machine, holds it.
 */
export function lock(directory: string): Unlock {
  const file = path.join(directory, 'lock');
  const mine = JSON.stringify(owner(process.pid));
  // The second attempt follows after a stale lock was taken away.
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      fs.writeFileSync(file, mine, { flag: 'wx' });
      return () => release(file, mine);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const found = readOwner(file);
    if (found.holder && isAlive(found.holder)) throw held(directory, found.holder);
    if (!takeAway(file, found.text)) break;
  }
  throw held(directory, readOwner(file).holder);
}

// --- internal ---

interface Owner {
  pid: number;
  host: string;
  /** start time of the process where the system tells it: a process number is used again */
  started: string | null;
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

/** A lock whose text is not whole was never held: its writer was killed while writing it. */
function readOwner(file: string): { text: string; holder: Owner | undefined } {
  let text = '';
  try {
    text = fs.readFileSync(file, 'utf8');
    const { pid, host, started } = JSON.parse(text) as Owner;
    if (Number.isInteger(pid) && typeof host === 'string') return { text, holder: { pid, host, started } };
  } catch {
    // gone, or not whole
  }
  return { text, holder: undefined };
}

/**
 * Takes a stale lock away unless somebody else did so and holds the place already: the file is moved aside
 * first and put back when it is not the one that was judged.
 */
function takeAway(file: string, judged: string): boolean {
  const aside = `${file}.${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return true; // gone by itself: try again
  }
  const same = fs.readFileSync(aside, 'utf8') === judged;
  if (!same) fs.linkSync(aside, file);
  fs.rmSync(aside, { force: true });
  return same;
}

function release(file: string, mine: string): void {
  try {
    if (fs.readFileSync(file, 'utf8') === mine) fs.rmSync(file);
  } catch {
    // gone already: nothing to give back
  }
}

function held(directory: string, holder: Owner | undefined): LetheError {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
  return new LetheError(
    'E_LOCKED',
    `${directory} is being written by ${who}; wait until it ends, or delete ${path.join(directory, 'lock')} if it does not run any more`,
  );
}
