/** YAML, and JSON, which is YAML: the one place where text of recipes, searches and `--set` becomes values. */
import { ConfigError } from 'lethe';
import { printable } from 'lethe/internal';
import { isMap, isNode, isScalar, parseDocument, visit } from 'yaml';

/**
 * The value of a text in YAML 1.2 with merge keys (`<<: *base`). Throws ConfigError that names `where` for whatever is no
 * YAML, has an unknown tag, or would take more than its own length to write out.
 */
export function readYaml(text: string, where: string): unknown {
  try {
    const document = parseDocument(text, { merge: true, logLevel: 'silent', prettyErrors: true });
    const [problem] = [...document.errors, ...document.warnings];
    if (!problem) return document.toJS();
    throw problem;
  } catch (error) {
    throw new ConfigError(`${where} cannot be read as YAML: ${reason(error)}`, { cause: error });
  }
}

/**
 * The keys at the top of a mapping in YAML that only lend: their value has an anchor, and an alias or a merge key refers to it,
 * as in `base: &base { hidden: 20 }` and below `model: { <<: *base }`. For a text that {@link readYaml} could read.
 */
export function lendingKeys(text: string): string[] {
  const { contents } = parseDocument(text, { merge: true, logLevel: 'silent' });
  if (!isMap(contents)) return [];
  const used = new Set<string>();
  visit(contents, { Alias: (_, { source }) => void used.add(source) });
  return contents.items.flatMap(({ key, value }) =>
    isScalar(key) && isNode(value) && 'anchor' in value && used.has(value.anchor ?? '')
      ? [String(key.value)]
      : [],
  );
}

// --- internal ---

/** The first line of what the parser says: the rest draws the place. */
function reason(error: unknown): string {
  if (error instanceof RangeError) return 'it is nested too deeply';
  const [line] = (error as Error).message.split('\n');
  return printable(line.replace(/:$/, ''));
}
