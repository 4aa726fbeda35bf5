/** Errors about the configuration, said in the words of the command that was given. */
import { LetheError } from 'lethe';
import type { Settable } from '../training/option-names.ts';

/** Runs `work`; an error that names keys of the configuration names the options that set them as well. */
export async function namingOptions<T>(
  by: (names: typeof import('../training/option-names.ts')) => Settable,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LetheError) {
      const names = await import('../training/option-names.ts');
      error.message = names.withOptions(error.message, by(names));
    }
    throw error;
  }
}
