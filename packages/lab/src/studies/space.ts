/** The space of a search: what each parameter may be. Random search: J. Bergstra, Y. Bengio 2012, JMLR 13, 281-305. */
import { ConfigError } from 'lethe';
import { z } from 'zod';
import { didYouMean } from '../common/nearest.ts';
import { issueSentence } from '../common/schema-errors.ts';

export type Value = string | number | boolean | null;

/** What the values of a parameter are drawn from; every distribution includes both of its ends. */
export type Distribution =
  | { choice: Value[] }
  | { uniform: [number, number] }
  | { logUniform: [number, number] }
  | { int: [number, number]; step: number };

/** Distributions by parameter: a key of the configuration, or a name that texts refer to as `{name}`. */
export type Space = Record<string, Distribution>;

/** The values of one trial. */
export type Parameters = Record<string, Value>;

/** Checks the `space` of a search file. Throws ConfigError that names the parameter, what it expects and what was found. */
export function checkSpace(space: Record<string, unknown>, where: string): Space {
  const entries = Object.entries(space);
  if (entries.length === 0)
    throw new ConfigError(`${where}: space expects at least one parameter, found none`);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, checkDistribution(value, `${where}: space.${name}`)]),
  );
}

/** The value at `u` in [0, 1): equal parts of that interval for equally likely values. */
export function valueAt(distribution: Distribution, u: number): Value {
  if ('choice' in distribution) return distribution.choice[Math.floor(u * distribution.choice.length)];
  if ('int' in distribution) {
    const [low, high] = distribution.int;
    return low + distribution.step * Math.floor(u * (Math.floor((high - low) / distribution.step) + 1));
  }
  if ('uniform' in distribution) {
    const [low, high] = distribution.uniform;
    return rounded(low + u * (high - low));
  }
  const [low, high] = distribution.logUniform;
  return rounded(low * (high / low) ** u);
}

/** Values that show whether a configuration can hold what is drawn: every choice, or both ends. */
export function extremes(distribution: Distribution): Value[] {
  if ('choice' in distribution) return distribution.choice;
  if ('int' in distribution) return distribution.int;
  return 'uniform' in distribution ? distribution.uniform : distribution.logUniform;
}

// --- internal ---

/** Six digits tell trials apart, and do not depend on the last bit of a machine's power function. */
const rounded = (x: number): number => Number(x.toPrecision(6));

const ascending = ([low, high]: [number, number]): boolean => low < high;
const range = z
  .tuple([z.number(), z.number()])
  .refine(ascending, { error: 'a low end below its high end', abort: true });

const schemas = {
  choice: z.strictObject({
    choice: z
      .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .refine((values) => values.length > 0, 'at least one value'),
  }),
  uniform: z.strictObject({ uniform: range }),
  logUniform: z.strictObject({ logUniform: range.refine(([low]) => low > 0, 'ends above 0') }),
  int: z.strictObject({
    int: z
      .tuple([z.int(), z.int()])
      .refine(ascending, { error: 'a low end below its high end', abort: true }),
    step: z.int().min(1).default(1),
  }),
};
const kinds = Object.keys(schemas) as (keyof typeof schemas)[];

function checkDistribution(value: unknown, where: string): Distribution {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const kind = kinds.find((kind) => keys.includes(kind));
  if (!kind) {
    const found = keys.length > 0 ? `'${keys[0]}'${didYouMean(keys[0], kinds)}` : JSON.stringify(value);
    throw new ConfigError(`${where} expects a distribution (${kinds.join(', ')}), found ${found}`);
  }
  const result = schemas[kind].safeParse(value, { reportInput: true });
  if (!result.success) {
    throw new ConfigError(`${where}: ${issueSentence(schemas[kind], result.error.issues[0], value)}`);
  }
  return result.data;
}
