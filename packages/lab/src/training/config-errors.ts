/** From what the schema found wrong to one sentence: which key, what it expects, what was found. */
import { z } from 'zod';
import { didYouMean } from './nearest.ts';

/** One sentence for one issue of `schema` with `tree`. */
export function issueSentence(schema: z.ZodType, issue: z.core.$ZodIssue, tree: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const path = issue.path.map(String);
    return unknownKey([...path, issue.keys[0]], keysAt(schema, path, tree));
  }
  const path = issue.path.join('.') || 'the configuration';
  const found = issue.input === undefined ? 'nothing' : JSON.stringify(issue.input);
  return `${path} expects ${expected(schema, issue, found, tree)}, found ${found}`;
}

/** The sentence for a key that does not exist beside `known`. */
export function unknownKey(path: readonly string[], known: readonly string[]): string {
  const guess = didYouMean(path[path.length - 1], known);
  return `there is no key ${path.join('.')}${guess || `; known here: ${known.join(', ')}`}`;
}

/** The keys that the object at `path` may have; where variants exist, those of the variant that `tree` names. */
export function keysAt(schema: z.ZodType, path: readonly string[], tree: unknown): string[] {
  const found = schemaAt(schema, path, tree);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

/** The schema at `path`, or undefined where nothing is known. */
export function schemaAt(schema: z.ZodType, path: readonly string[], tree: unknown): z.ZodType | undefined {
  let here: z.ZodType | undefined = variant(schema, tree);
  let value = tree;
  for (const key of path) {
    if (!(here instanceof z.ZodObject)) return undefined;
    value = (value as Record<string, unknown> | undefined)?.[key];
    const next: z.ZodType | undefined = here.shape[key];
    here = next && variant(next, value);
  }
  return here;
}

// --- internal ---

/** Without nullability and defaults and with the variant chosen. */
function variant(schema: z.ZodType, value: unknown): z.ZodType {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return variant(schema.unwrap() as z.ZodType, value);
  }
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const options = schema.options as z.ZodObject[];
  const key = schema.def.discriminator;
  const name = (value as Record<string, unknown> | undefined)?.[key];
  return options.find((option) => option.shape[key].safeParse(name).success) ?? options[0];
}

function expected(schema: z.ZodType, issue: z.core.$ZodIssue, found: string, tree: unknown): string {
  switch (issue.code) {
    case 'invalid_value':
      return oneOf(issue.values.map(String), found);
    case 'invalid_union':
      return oneOf(variantNames(schema, issue.path.map(String), tree), found);
    case 'invalid_type':
      return issue.expected === 'int' ? 'a whole number' : `${article(issue.expected)} ${issue.expected}`;
    case 'too_small':
      if (issue.origin === 'string') return 'some text';
      return `a number ${issue.inclusive ? 'of at least' : 'above'} ${issue.minimum}`;
    case 'too_big':
      return `a number ${issue.inclusive ? 'of at most' : 'below'} ${issue.maximum}`;
    default:
      return issue.message;
  }
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
  return above instanceof z.ZodObject ? above.shape[path[path.length - 1]] : undefined;
}
