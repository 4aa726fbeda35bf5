/** The library's methods as the page offers them: for each cell, the settings that this network can honour. */
import { dropoutKeys, dropoutMethods, type MethodKey, parseDropout, settledDropout } from 'lethe/dropout';
import { cells, type Settings } from './settings.ts';
import { networkOf } from './training.ts';

/** A setting of a method. */
export interface OfferedKey extends MethodKey {
  key: string;
}

/** A method, with what it takes here. */
export interface OfferedMethod {
  name: string;
  reference: string;
  /** of each cell: the settings; absent where the cell cannot honour the method at all */
  keys: Partial<Record<Settings['cell'], OfferedKey[]>>;
}

/** Every method that one of the cells can honour. Each is tried on a tiny network. */
export function offeredMethods(): OfferedMethod[] {
  return dropoutMethods()
    .map((name) => ({
      name,
      reference: parseDropout(wholeOf(name)).reference,
      keys: Object.fromEntries(
        cells.flatMap((cell) => {
          const keys = keysOf(name, cell);
          return keys ? [[cell, keys]] : [];
        }),
      ),
    }))
    .filter(({ keys }) => Object.keys(keys).length > 0);
}

/** The settings of a method for a cell, rates that are taken by default among them; undefined where none of it is honoured. */
function keysOf(name: string, cell: Settings['cell']): OfferedKey[] | undefined {
  const usual = usualRates(name);
  const keys = Object.entries(dropoutKeys(name)).filter(
    ([key, { kind }]) => kind !== 'rate' || isHonoured(`${name}:${key}=.5`, cell),
  );
  const hasRates = Object.values(dropoutKeys(name)).some(({ kind }) => kind === 'rate');
  const isOffered = hasRates ? keys.some(([, { kind }]) => kind === 'rate') : isHonoured(wholeOf(name), cell);
  if (!isOffered) return undefined;
  return keys.map(([key, about]) => ({
    key,
    ...about,
    default: about.kind === 'rate' ? (usual[key] ?? about.default) : about.default,
  }));
}

// --- internal ---

/** A method in words that it takes: by its name, or where that is refused with a rate. */
function wholeOf(name: string): string {
  const rate = Object.entries(dropoutKeys(name)).find(([, { kind }]) => kind === 'rate')?.[0];
  return attempt(() => parseDropout(name)) || rate === undefined ? name : `${name}:${rate}=.5`;
}

/** The rates that a method has when it is given none. */
function usualRates(name: string): Record<string, number> {
  const words = attempt(() => settledDropout(name)) ?? name;
  const settings = words.includes(':') ? words.slice(words.indexOf(':') + 1).split(',') : [];
  return Object.fromEntries(
    settings.map((setting) => setting.split('=')).map(([key, value]) => [key, Number(value)]),
  );
}

function isHonoured(dropout: string, cell: Settings['cell']): boolean {
  return attempt(() => networkOf({ cell, dropout, hidden: 2, layers: 1, seed: 0 })) !== undefined;
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
