/** For tests: the command run in this process with captured streams. */
import type { Io } from './io.ts';
import { main } from './main.ts';

/** Streams that remember, with `input` on standard input; `interrupt()` does what Ctrl-C does. */
export function captured(
  options: Partial<Pick<Io, 'terminal' | 'columns' | 'colour' | 'env'>> & {
    input?: string | Uint8Array;
  } = {},
) {
  let out = '';
  let err = '';
  const handlers = new Set<() => void>();
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    async *input() {
      const { input = '' } = options;
      yield typeof input === 'string' ? Buffer.from(input) : input;
    },
    closed: () => false,
    terminal: options.terminal ?? false,
    colour: options.colour ?? false,
    columns: options.columns ?? 100,
    env: options.env ?? {},
    onInterrupt(handler) {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
    exit: (code) => {
      throw new Error(`the command ended the process with ${code}`);
    },
  };
  const interrupt = (): void => {
    for (const handler of handlers) handler();
  };
  return { io, out: () => out, err: () => err, interrupt };
}

/** Runs `lethe ...argv` and gives the exit code and both streams. */
export async function lethe(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  return letheReading('', ...argv);
}

/** The same with `input` on standard input. */
export async function letheReading(
  input: string | Uint8Array,
  ...argv: string[]
): Promise<{ code: number; out: string; err: string }> {
  const { io, out, err } = captured({ input });
  const code = await main(argv, io);
  return { code, out: out(), err: err() };
}
