/** The fields of a kernel's parameters as a flat list: what crosses into the native kernels, where every property that is asked for costs. */
import type { KernelField } from './contract/description.ts';

/** Adds the values of `p` to a list, and returns it. */
export type AddValues = (p: object, to: unknown[]) => unknown[];

/**
 * The values of a kernel's fields in their order. One that is an object is followed by its parts, which are undefined where it is none;
 * a list is copied, so that nothing of the caller's can change it afterwards.
 */
export function valuesOf(fields: readonly KernelField[]): AddValues {
  const shown = fields.filter(({ kind }) => kind !== 'constant');
  const names = shown.map(({ name }) => name);
  const kinds = shown.map(({ kind }) => (kind in parts || kind === 'list' ? kind : 'value'));
  return (p, to) => {
    for (let i = 0; i < names.length; i++) {
      const value = (p as Record<string, unknown>)[names[i]];
      const kind = kinds[i];
      if (kind === 'value') to.push(value);
      else if (kind === 'list') to.push(Array.isArray(value) ? Array.from(value) : value);
      else addParts(value, parts[kind as keyof typeof parts], to);
    }
    return to;
  };
}

// --- internal ---

const parts = { mask: ['data', 'gate', 'time', 'batch'], noise: ['mean', 'square', 'variance'] } as const;

function addParts(value: unknown, names: readonly string[], to: unknown[]): void {
  const isObject = typeof value === 'object' && value !== null;
  to.push(value);
  for (const name of names) to.push(isObject ? (value as Record<string, unknown>)[name] : undefined);
}
