/** For tests that ask another program: Python by `LETHE_PYTHON`, and whether it has what they need; else they skip. */
import { execFileSync } from 'node:child_process';

export const python = process.env.LETHE_PYTHON ?? 'python3';

/** Whether a program of Python ends well, such as `import numpy`. */
export function canRun(program: string): boolean {
  try {
    execFileSync(python, ['-c', program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
