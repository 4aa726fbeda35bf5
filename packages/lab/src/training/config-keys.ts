/** Every key of a task's configuration as a row: its type, its default, its meaning. Read from the schema; nothing is listed here. */
import { z } from 'zod';
import { averageDefaults } from '../runs/averages.ts';
import { optimizerDefaults } from '../runs/config.ts';
import { scheduleDefaults } from '../runs/schedules.ts';
import { lookupIn } from '../tasks/kind.ts';
import { findKind } from '../tasks/registry.ts';

/** One key that may be set. */
export interface ConfigKey {
  /** dotted, as `--set` takes it */
  key: string;
  /** in words, e.g. `whole number, at least 1, or none` */
  type: string;
  /** the values that it may have, where these are few */
  choices?: string[];
  default: unknown;
  meaning: string;
  /** the variants that have it, e.g. `['rmsprop', 'sgd']` of optimizer.momentum; absent: always there */
  of?: string[];
}

/**
 * All keys of a task that a user may set, in the schema's order; empty for a task that there is not.
 * @param choice what the defaults go by, a tree such as `{ model: { cell: 'gru' } }`
 */
export function configKeys(task: string, choice: object = {}): ConfigKey[] {
  const kind = findKind(task);
  if (!kind) return [];
  const { schema } = kind.config;
  const json = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Schema;
  const defaults = kind.config.defaults(lookupIn(choice));
  return keysOf(json, [], defaults).filter(({ key }) => !notSet.test(key));
}

// --- internal ---

/** Chosen by the target of `train`, or written by it. */
const notSet = /^(format|task|dataset|recipe(\..*)?)$/;

/** The part of JSON Schema that configurations use. */
interface Schema {
  description?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

type DefaultsTree = Record<string, unknown> | undefined;

/** Defaults of variants other than the one that the task begins with. */
const variantDefaults: Record<string, Record<string, object>> = {
  optimizer: optimizerDefaults,
  schedule: scheduleDefaults,
  average: averageDefaults,
};

function keysOf(schema: Schema, path: readonly string[], defaults: DefaultsTree): ConfigKey[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const here = [...path, name];
    const value = defaults?.[name];
    if (inner.properties) return keysOf(inner, here, value as DefaultsTree);
    const variants = inner.oneOf?.filter((variant) => variant.properties);
    if (variants?.length) return variantKeys(variants, here, value as DefaultsTree);
    return [
      {
        key: here.join('.'),
        type: typeInWords(inner),
        ...choicesOf(inner),
        default: value ?? null,
        meaning: inner.description ?? '',
      },
    ];
  });
}

/** The key that names the variant, then every key of any of them, once for each meaning. */
function variantKeys(
  variants: readonly Schema[],
  path: readonly string[],
  defaults: DefaultsTree,
): ConfigKey[] {
  const [discriminator] = Object.entries(variants[0].properties!).find(
    ([, { const: only }]) => only !== undefined,
  )!;
  const nameOf = (variant: Schema): string => String(variant.properties![discriminator].const);
  const names = variants.map(nameOf);
  const rows = new Map<string, ConfigKey & { of: string[] }>();
  // The variant that the task begins with comes first, so that its defaults are the ones shown.
  const ordered = [...variants].sort((a, b) => Number(isUsed(b)) - Number(isUsed(a)));
  function isUsed(variant: Schema): boolean {
    return nameOf(variant) === defaults?.[discriminator];
  }
  for (const variant of ordered) {
    const values = isUsed(variant)
      ? defaults
      : (variantDefaults[path.join('.')]?.[nameOf(variant)] as DefaultsTree);
    for (const row of keysOf(variant, path, values)) {
      if (row.key === [...path, discriminator].join('.')) continue;
      const known = rows.get(`${row.key} ${row.meaning}`);
      if (known) known.of.push(nameOf(variant));
      else rows.set(`${row.key} ${row.meaning}`, { ...row, of: [nameOf(variant)] });
    }
  }
  const [first] = variants;
  const naming: ConfigKey = {
    key: [...path, discriminator].join('.'),
    type: names.join(', '),
    choices: names,
    default: defaults?.[discriminator] ?? null,
    meaning: first.properties![discriminator].description ?? '',
  };
  const all = [...rows.values()].map(({ of, ...row }) => (of.length === names.length ? row : { ...row, of }));
  return [naming, ...all];
}

/** Of an enumeration and of what is true or false, `none` last where there may be none. */
function choicesOf(schema: Schema): { choices?: string[] } {
  const variants = schema.anyOf ?? schema.oneOf ?? [schema];
  const some = variants.filter(({ type }) => type !== 'null');
  if (some.length !== 1) return {};
  const [{ enum: values, type }] = some;
  const choices = values?.map(String) ?? (type === 'boolean' ? ['true', 'false'] : undefined);
  return choices ? { choices: [...choices, ...(some.length < variants.length ? ['none'] : [])] } : {};
}

function typeInWords(schema: Schema): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const some = choices.filter(({ type }) => type !== 'null').map(typeInWords);
    return [...some, ...(some.length < choices.length ? ['none'] : [])].join(', or ');
  }
  if (schema.enum) return schema.enum.join(', ');
  if (schema.const !== undefined) return String(schema.const);
  if (schema.type === 'array') return `list of ${typeInWords(schema.items ?? {})}`;
  if (schema.type === 'boolean') return 'true, false';
  if (schema.type === 'string') return 'text';
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const bounds = [
    minimum !== undefined && Math.abs(minimum) < Number.MAX_SAFE_INTEGER && `at least ${minimum}`,
    exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`,
    maximum !== undefined && Math.abs(maximum) < Number.MAX_SAFE_INTEGER && `at most ${maximum}`,
    exclusiveMaximum !== undefined && `below ${exclusiveMaximum}`,
  ].filter((bound) => bound !== false);
  return [schema.type === 'integer' ? 'whole number' : 'number', ...bounds].join(', ');
}
