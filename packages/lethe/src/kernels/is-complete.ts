/** Whether kernels that came in a package of their own are those of this library. */
import type { KernelDescription } from './contract/description.ts';
import { common } from './portable/common.ts';

/** Whether an engine has every kernel of the portable one but what every engine says of itself: one from before a kernel was added lacks it. */
export function isComplete(description: readonly KernelDescription[]): boolean {
  const built = new Set(description.map(({ name }) => name));
  return Object.keys(common).every((name) => built.has(name) || ofEngines.has(name));
}

// --- internal ---

/** Of an engine, what is no kernel. */
const ofEngines = new Set([
  ...['engine', 'isa', 'allocate', 'threads', 'precision', 'hasBf16', 'setThreads', 'within', 'fixed'],
]);
