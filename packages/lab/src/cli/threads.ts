/** `--threads`: sets the number of threads of the engine before anything is computed. */
import type { Engine } from 'lethe/engine';

/** The engine in use, with `count` threads when given. */
export async function useThreads(count?: number): Promise<Engine> {
  const { kernels } = await import('lethe/engine');
  const engine = kernels();
  if (count !== undefined) engine.setThreads(count);
  return engine;
}
