/**
 * What a command may touch of the outside: three streams, the terminal, the environment, interrupts.
 * Tests pass their own; nothing else in this folder reads `process` for them.
 */
import { addAbortSignal } from 'node:stream';

/** The streams and the terminal of one run of the command. */
export interface Io {
  /** writes to standard output */
  out(text: string): void;
  /** writes to standard error */
  err(text: string): void;
  /** standard input, piece by piece; fails when `signal` is set */
  input(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** whether whoever reads standard output has closed it (`| head`) */
  closed(): boolean;
  /** whether standard output is a terminal that understands cursor movements */
  readonly terminal: boolean;
  /** whether to colour */
  readonly colour: boolean;
  /** width of the terminal in characters, 80 elsewhere */
  readonly columns: number;
  readonly env: Record<string, string | undefined>;
  /** calls `handler` on Ctrl-C (and on the request to terminate) until the returned function is called */
  onInterrupt(handler: () => void): () => void;
  /** ends the process at once */
  exit(code: number): void;
}

/** The streams of this process. */
export function processIo(): Io {
  const { stdout, stderr, env } = process;
  const terminal = stdout.isTTY === true && env.TERM !== 'dumb';
  watchReader();
  return {
    out: (text) => void (reader.gone || stdout.write(text)),
    err: (text) => void stderr.write(text),
    input: (signal) => (signal ? addAbortSignal(signal, process.stdin) : process.stdin),
    closed: () => reader.gone,
    terminal,
    colour: terminal && !env.NO_COLOR,
    get columns() {
      return stdout.columns || 80;
    },
    env,
    onInterrupt(handler) {
      process.on('SIGINT', handler);
      process.on('SIGTERM', handler);
      return () => {
        process.off('SIGINT', handler);
        process.off('SIGTERM', handler);
      };
    },
    exit: (code) => process.exit(code),
  };
}

// --- internal ---

/** Of this process's standard output. */
const reader = { gone: false, watched: false };

/** A reader that has seen enough is no failure: a training goes on without it. */
function watchReader(): void {
  if (reader.watched) return;
  reader.watched = true;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    reader.gone = true;
  });
}
