/** Ctrl-C while a command works: the first sets a signal, the second stops at once. */
import type { Output } from './output.ts';

/** Runs `work` with a signal that the first Ctrl-C sets. */
export async function interruptible<T>(
  output: Output,
  work: (signal: AbortSignal) => Promise<T>,
  notice = 'stopping',
): Promise<T> {
  const controller = new AbortController();
  const release = output.io.onInterrupt(() => {
    if (controller.signal.aborted) {
      output.live.clear();
      output.io.exit(130);
    }
    controller.abort();
    output.notice(`${notice}; Ctrl-C again stops at once`);
  });
  try {
    return await work(controller.signal);
  } finally {
    release();
  }
}
