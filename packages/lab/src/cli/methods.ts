/** `lethe methods`: every regularization method, its settings, and what runs it. */
import type { Command } from 'commander';
import type { MethodKey, PlannedCell, Regularizer } from 'lethe/dropout';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { listing, wrapped } from './listing.ts';
import { Output } from './output.ts';

/** Adds `methods` to the command. */
export function addMethods(lethe: Command, io: Io): void {
  const command = lethe
    .command('methods')
    .description('lists the methods that --dropout takes: settings, defaults, cells, modes, source')
    .argument('[name]', 'one method alone')
    .option('--json', 'one JSON document on standard output')
    .action((name: string | undefined, options: { json?: boolean }) => run(name, new Output(io, options)));
  example(command, 'lethe methods', 'lethe methods fast');
}

// --- internal ---

interface ListedMethod {
  name: string;
  reference: string;
  /** how it runs in training and at test */
  modes: { train: string; test: string };
  /** recurrent cells that run it, with one of its settings at least */
  cells: string[];
  /** the method that the name alone stands for, as the parser writes it; null where it is refused */
  alone: { name: string; rates: Record<string, number> } | null;
  keys: (MethodKey & { name: string; cells?: string[] })[];
}

async function run(name: string | undefined, output: Output): Promise<void> {
  const { dropoutMethods } = await import('lethe/dropout');
  const methods = await Promise.all((name === undefined ? dropoutMethods() : [name]).map(listed));
  output.event(name === undefined ? { methods } : methods[0]);
  if (output.json) return;
  if (name !== undefined) return say(methods[0], output);
  for (const { name, cells, modes, keys } of methods) {
    const about = `${cells.join(', ')}; in training ${modes.train}, at test ${modes.test}`;
    const settings = keys.map(({ name }) => name).join(' ') || 'no settings';
    for (const line of listing([name, about], settings, output)) output.say(line);
  }
  output.say();
  output.say(
    'METHOD:key=value,… joined by +; `lethe methods NAME` says what each setting is and where it comes from',
  );
}

/** All that the library knows of a method. */
async function listed(name: string): Promise<ListedMethod> {
  const { dropoutKeys, parseDropout } = await import('lethe/dropout');
  const keys = Object.entries(dropoutKeys(name));
  const rates = keys.filter(([, { kind }]) => kind === 'rate').map(([key]) => key);
  const attempts = await Promise.all(
    rates.map(async (key) => ({ key, cells: await cellsOf(`${name}:${key}=.5`) })),
  );
  const alone = attempt(() => parseDropout(name));
  const whole = alone ?? parseDropout(`${name}:${rates[0]}=.5`);
  const cells = rates.length > 0 ? attempts.flatMap((one) => one.cells) : await cellsOf(name);
  return {
    name,
    reference: whole.reference,
    modes: { train: whole.modes.train, test: whole.modes.test },
    cells: recurrentCells.filter((cell) => cells.includes(cell)),
    alone: alone && alone.lacks === undefined ? { name: alone.name, rates: ratesOf(alone) } : null,
    keys: keys.map(([key, about]) => {
      const found = attempts.find((one) => one.key === key);
      // A rate that no cell takes in this mode belongs to the layer that reads the last one.
      return { name: key, ...about, ...(found?.cells.length ? { cells: found.cells } : {}) };
    }),
  };
}

const recurrentCells = ['rnn', 'deep-rnn', 'lstm', 'gru'] as const satisfies PlannedCell[];

/** The cells that can run it; of words it is the embedding, of a context attention. */
async function cellsOf(words: string): Promise<string[]> {
  const { parseDropout, dropoutPlan } = await import('lethe/dropout');
  const regularizer = parseDropout(words);
  return [...recurrentCells, 'embedding' as const, 'attention' as const].filter(
    (cell) =>
      attempt(() => dropoutPlan(regularizer, { cell })) &&
      ((recurrentCells as readonly string[]).includes(cell) || regularizer.noise.length > 0),
  );
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function ratesOf({ noise }: Regularizer): Record<string, number> {
  return Object.fromEntries(noise.filter(({ rate }) => rate > 0).map(({ site, rate }) => [site, rate]));
}

function say(method: ListedMethod, output: Output): void {
  const { name, reference, modes, cells, alone, keys } = method;
  output.say(output.colours.bold(name));
  for (const line of wrapped(reference, Math.min(output.io.columns, 100) - 2)) output.say(`  ${line}`);
  output.say(`  in training ${modes.train}, at test ${modes.test}; cells ${cells.join(', ')}`);
  if (keys.some(({ kind }) => kind === 'rate'))
    output.say(`  alone: ${alone ? alone.name : 'refused, it needs a rate'}`);
  for (const key of keys) {
    output.say();
    for (const line of listing([keyHead(key), keyType(key)], key.about, output)) output.say(line);
  }
}

function keyHead({ name, default: usual }: ListedMethod['keys'][number]): string {
  return usual === undefined ? name : `${name}=${usual}`;
}

function keyType({ kind, words, cells }: ListedMethod['keys'][number]): string {
  const types = {
    rate: 'rate, at least 0 and below 1',
    number: 'number',
    word: words?.join(', ') ?? 'word',
    flag: 'true, false',
    sites: 'sites, with / between',
  };
  return cells && cells.length < recurrentCells.length ? `${types[kind]}; ${cells.join(', ')}` : types[kind];
}
