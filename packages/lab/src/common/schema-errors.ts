/** From what the schema found wrong to one sentence: which key, what it expects, what was found. */
import { printable, shownValue } from 'lethe/internal';
import { z } from 'zod';
import { counted } from './counted.ts';
import { didYouMean } from './nearest.ts';

/** One sentence for one issue of `schema` with `tree`. */
export function issueSentence(schema: z.ZodType, issue: z.core.$ZodIssue, tree: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const path = issue.path.map(String);
    return unknownKey([...path, issue.keys[0]], keysAt(schema, path, tree));
  }
  const path = printable(issue.path.join('.')) || 'the configuration';
  // Of a variant that does not exist the input is the whole object, the path that of its name.
  const input = issue.code === 'invalid_union' ? valueAt(tree, issue.path.map(String)) : issue.input;
  const found = input === undefined ? 'nothing' : shownValue(input);
  return `${path} expects ${expected(schema, issue, found, tree)}, found ${found}`;
}

/** The sentence for a key that does not exist beside `known`. */
export function unknownKey(path: readonly string[], known: readonly string[]): string {
  const guess = didYouMean(path[path.length - 1], known);
  return `there is no key ${printable(path.join('.'))}${guess || `; known here: ${known.join(', ')}`}`;
}

/** The keys that the object at `path` may have; where variants exist, those of the variant that `tree` names. */
export function keysAt(schema: z.ZodType, path: readonly string[], tree: unknown): string[] {
  const union = unionAt(schema, path, tree);
  // Of a variant that does not exist nothing can be said: its name is what has to be told.
  if (union instanceof z.ZodDiscriminatedUnion && !variantOf(union, valueAt(tree, path))) {
    return (union.options as z.ZodObject[]).flatMap((option) => Object.keys(option.shape));
  }
  const found = schemaAt(schema, path, tree);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

/** The schema at `path`, or undefined where nothing is known; with `nullable`, as it stands there. */
export function schemaAt(
  schema: z.ZodType,
  path: readonly string[],
  tree: unknown,
  { nullable = false } = {},
): z.ZodType | undefined {
  let here: z.ZodType | undefined = variant(schema, tree);
  let value = tree;
  for (const [depth, key] of path.entries()) {
    if (!(here instanceof z.ZodObject) || !Object.hasOwn(here.shape, key)) return undefined;
    value = (value as Record<string, unknown> | null | undefined)?.[key];
    const next: z.ZodType = here.shape[key];
    here = nullable && depth === path.length - 1 ? bare(next) : variant(next, value);
  }
  return here;
}

/** Without default and preprocessing. */
export function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return bare(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodPipe) return bare(schema.out as z.ZodType);
  return schema;
}

// --- internal ---

/** Without nullability and defaults and with the variant chosen. */
function variant(schema: z.ZodType, value: unknown): z.ZodType {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return variant(schema.unwrap() as z.ZodType, value);
  }
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  return variantOf(schema, value) ?? (schema.options[0] as z.ZodObject);
}

function variantOf(union: z.ZodDiscriminatedUnion, value: unknown): z.ZodObject | undefined {
  const key = union.def.discriminator;
  const name = (value as Record<string, unknown> | null | undefined)?.[key];
  return (union.options as z.ZodObject[]).find((option) => option.shape[key].safeParse(name).success);
}

const valueAt = (tree: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], tree);

function expected(schema: z.ZodType, issue: z.core.$ZodIssue, found: string, tree: unknown): string {
  switch (issue.code) {
    case 'invalid_value':
      return oneOf(issue.values.map(String), found);
    case 'invalid_union':
      return anyOf(schema, issue, found, tree);
    case 'invalid_type':
      return typeNames[issue.expected] ?? `${article(issue.expected)} ${issue.expected}`;
    case 'too_small':
      if (issue.origin === 'string') return 'some text';
      if (issue.origin === 'array') return `a list of at least ${counted(Number(issue.minimum), 'value')}`;
      return `a number ${issue.inclusive ? 'of at least' : 'above'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'array') return `a list of at most ${counted(Number(issue.maximum), 'value')}`;
      return `a number ${issue.inclusive ? 'of at most' : 'below'} ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** What types are called that have another name here. */
const typeNames: Readonly<Record<string, string>> = {
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  null: 'null',
  record: 'keys with their values',
};

/** Of variants the names; of types, none of which it is, each. */
function anyOf(
  schema: z.ZodType,
  issue: z.core.$ZodIssue & { code: 'invalid_union' },
  found: string,
  tree: unknown,
): string {
  const names = variantNames(schema, issue.path.map(String), tree);
  if (names.length > 0) return oneOf(names, found);
  const types = issue.errors.flatMap(([first]) => (first ? [expected(schema, first, found, tree)] : []));
  return [...new Set(types)].join(' or ');
}

const article = (word: string): string => (/^[aeio]/.test(word) ? 'an' : 'a');

function oneOf(words: readonly string[], found: string): string {
  const guess = words.length > 1 ? didYouMean(found.replaceAll('"', ''), words) : '';
  return words.join(' or ') + (guess ? ` (${guess.slice(2)})` : '');
}

/** What the key that tells variants apart may be; it stands at `path`. */
function variantNames(schema: z.ZodType, path: readonly string[], tree: unknown): string[] {
  const union = unionAt(schema, path.slice(0, -1), tree);
  if (!(union instanceof z.ZodDiscriminatedUnion)) return [];
  const key = union.def.discriminator;
  return (union.options as z.ZodObject[]).flatMap((option) =>
    [...(option.shape[key] as z.ZodLiteral).values].map(String),
  );
}

/** The schema at `path` with its variants, of which `schemaAt` takes one. */
function unionAt(schema: z.ZodType, path: readonly string[], tree: unknown): z.ZodType | undefined {
  if (path.length === 0) return schema;
  const above = schemaAt(schema, path.slice(0, -1), tree);
  return above instanceof z.ZodObject ? bare(above.shape[path[path.length - 1]]) : undefined;
}
