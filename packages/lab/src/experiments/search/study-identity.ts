/** What makes two studies the same: seed, space, and everything that the trials have in common. */
import { createHash } from 'node:crypto';
import { ConfigError } from 'lethe';
import { printable } from 'lethe/internal';
import type { Config } from '../../runs/config.ts';
import type { StudyEvent } from '../../studies/journal.ts';
import { comparable } from '../../training/comparable.ts';

/** A short name that two studies share only when they are the same. */
export function studyId(about: StudyEvent): string {
  return createHash('sha256')
    .update(JSON.stringify([...leaves(identity(about))].sort()))
    .digest('hex')
    .slice(0, 16);
}

/** Throws ConfigError when `directory` holds another study than the one that is wanted, with the first difference. */
export function requireSame(directory: string, found: StudyEvent, wanted: StudyEvent): void {
  const there = leaves(identity(found));
  const here = leaves(identity(wanted));
  const key = [...new Set([...here.keys(), ...there.keys()])].find((key) => there.get(key) !== here.get(key));
  if (key === undefined) return;
  const inWords = (value = 'absent'): string => printable(value, 120);
  throw new ConfigError(
    `${directory} is another study: ${key} is ${inWords(there.get(key))} there and ${inWords(here.get(key))} here; choose another --out, or give the command it began with`,
  );
}

/** What two trials share only when they train the same, to the bit: all of the configuration that is computed with. */
export function trialIdentity(config: Config): string {
  const { recipe: _, threads: __, ...computed } = comparable(config);
  return JSON.stringify([...leaves(computed)].sort());
}

// --- internal ---

function identity({ seed, space, set, config, plan }: StudyEvent): object {
  const texts = Object.entries(set).filter(([, value]) => typeof value === 'string' && value.includes('{'));
  const { recipe: _, ...rest } = comparable(config);
  // Draws go by the place in the space.
  return {
    seed,
    space,
    order: Object.keys(space).join(', '),
    set: Object.fromEntries(texts),
    config: rest,
    ...(plan && { plan }),
  };
}

/** Every value in a tree by its path, as JSON. */
function leaves(tree: unknown, at = '', found = new Map<string, string>()): Map<string, string> {
  if (typeof tree === 'object' && tree !== null && !Array.isArray(tree)) {
    for (const [key, value] of Object.entries(tree)) leaves(value, at ? `${at}.${key}` : key, found);
  } else {
    found.set(at, JSON.stringify(tree));
  }
  return found;
}
