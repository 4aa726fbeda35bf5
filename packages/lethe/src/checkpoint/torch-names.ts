/**
 * The names under which PyTorch's people export a layer. What wraps a module leaves a segment in every name below it
 * (`module.` of DataParallel and of the AWD-LSTM's WeightDrop, `_orig_mod.` of torch.compile), and a weight that is dropped has its
 * own values under `…_raw`. Here such names are read as the plain ones.
 */
import { DataError } from '../errors.ts';
import type { StoredTensor } from './stored.ts';

/** The arrays of one module by their plain names, without its prefix. */
export interface ModuleArrays {
  /** as errors name it: the prefix as it was asked for */
  readonly prefix: string;
  /** of the arrays right below the prefix, not of modules inside */
  readonly names: readonly string[];
  /**
   * the array, or undefined
   * @throws DataError if two arrays have that plain name
   */
  find(name: string): StoredTensor | undefined;
  /** the name in the file */
  fullName(name: string): string;
}

/** What stands under `prefix`. */
export function moduleArrays(tensors: Record<string, StoredTensor>, prefix: string): ModuleArrays {
  const start = plainName(prefix);
  const found = new Map<string, string[]>();
  for (const full of Object.keys(tensors)) {
    const plain = plainName(full);
    const name = plain.slice(start.length);
    if (plain.startsWith(start) && !name.includes('.')) found.set(name, [...(found.get(name) ?? []), full]);
  }
  // The plain name beside a raw one holds what the last step made of it: a copy with some weights dropped.
  for (const [name, full] of [...found]) {
    if (!name.endsWith(rawEnding)) continue;
    found.set(name.slice(0, -rawEnding.length), full);
    found.delete(name);
  }
  return {
    prefix,
    names: [...found.keys()],
    find(name) {
      const [full, ...others] = found.get(name) ?? [];
      if (others.length > 0) {
        throw new DataError(
          `torch: expected one array for '${prefix}${name}', got '${full}' and '${others[0]}'; leave one of them out`,
        );
      }
      return full === undefined ? undefined : tensors[full];
    },
    fullName: (name) => found.get(name)?.[0] ?? `${prefix}${name}`,
  };
}

/** Prefixes of a file under which a name is found, for whoever asked under the wrong one. */
export function prefixesOf(tensors: Record<string, StoredTensor>, name: string): string[] {
  const endings = [name, `${name}${rawEnding}`];
  const found = Object.keys(tensors)
    .map(plainName)
    .flatMap((plain) =>
      endings
        .filter((ending) => plain.endsWith(`.${ending}`))
        .map((ending) => plain.slice(0, -ending.length)),
    );
  return [...new Set(found)];
}

/** Without the segments that wrappers leave. */
export function plainName(name: string): string {
  return name.replace(/(^|(?<=\.))(module|_orig_mod)\./g, '');
}

// --- internal ---

const rawEnding = '_raw';
