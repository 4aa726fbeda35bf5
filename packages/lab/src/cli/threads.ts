/** `--threads`: sets the number of threads of the engine before anything is computed. */
import type { Kernels } from 'lethe/internal';

/** The engine in use, with `count` threads when given. */
export async function useThreads(count?: number): Promise<Kernels> {
  const { kernels } = await import('lethe/internal');
  const engine = kernels();
  if (count !== undefined) engine.setThreads(count);
  return engine;
}
