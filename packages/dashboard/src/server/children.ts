/** The command `lethe` as child processes: trainings that outlive the dashboard, and short questions to a trained run. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** How the command is started. */
export interface Command {
  /** the program and its first arguments */
  words: readonly string[];
  env: Record<string, string | undefined>;
  cwd: string;
}

/** What a child said before it ended. */
export interface Answer {
  code: number | null;
  out: string;
  /** the end of its standard error */
  err: string;
}

/** Output that is kept. */
const mostOut = 20_000_000;
const mostErr = 4_000;

/**
 * Starts a training that goes on without the dashboard. Resolves as soon as `isStarted` says so, or with what it said when it ended
 * before.
 */
export async function launch(
  command: Command,
  words: readonly string[],
  isStarted: () => boolean,
  patience = 60_000,
): Promise<Answer | undefined> {
  // A file and no pipe: whoever writes to a pipe that nobody reads any more is ended by it.
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-dashboard-'));
  const said = path.join(scratch, 'stderr');
  const handle = fs.openSync(said, 'w');
  try {
    // A group of its own: Ctrl-C for the dashboard is not for it.
    const child = start(command, words, { detached: true, stdio: ['ignore', 'ignore', handle] });
    let end: Answer | undefined;
    void answerOf(child).then((answer) => {
      end = answer;
    });
    const until = Date.now() + patience;
    while (!end && !isStarted() && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.unref();
    if (!end || isStarted()) return undefined;
    return { ...end, err: end.err || fs.readFileSync(said, 'utf8').slice(-mostErr) };
  } finally {
    fs.closeSync(handle);
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** Lets the command answer something; it is killed when `signal` is set, or after `patience` milliseconds. */
export async function ask(
  command: Command,
  words: readonly string[],
  {
    input = '',
    signal,
    patience = 120_000,
  }: { input?: string; signal?: AbortSignal; patience?: number } = {},
): Promise<Answer> {
  const child = start(command, words, { stdio: 'pipe' });
  const kill = (): void => void child.kill('SIGKILL');
  const late = setTimeout(kill, patience);
  signal?.addEventListener('abort', kill);
  child.stdin?.on('error', () => {}); // it may end without reading
  child.stdin?.end(input);
  try {
    return await answerOf(child);
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', kill);
  }
}

// --- internal ---

function start(
  { words: [program, ...first], env, cwd }: Command,
  words: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  return spawn(program, [...first, ...words], { cwd, env: { ...env, NO_COLOR: '1' }, ...options });
}

function answerOf(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve) => {
    let [out, err] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      out += piece;
      if (out.length > mostOut) child.kill('SIGKILL');
    });
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      err = (err + piece).slice(-mostErr);
    });
    child.on('error', (error) => resolve({ code: null, out, err: error.message }));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
