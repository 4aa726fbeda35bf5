/** What a caller gave, in a few words for an error: bounded, and safe for any value whatever. */

/** `undefined`, `the text 'fast'`, `an array of 3`, `a tensor of shape [2, 3]`, `an object with mean, variance`, … */
export function found(value: unknown): string {
  try {
    return describe(value);
  } catch {
    // A proxy or a getter that throws: what it is cannot be asked.
    return `a value of type ${typeof value}`;
  }
}

/** A word of the caller as it is, anything else as {@link found} says it. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? shortened(value) : found(value);
}

/** Under which the classes of every copy of the package say what they are; names of classes do not survive a bundler. */
export const ofLethe: unique symbol = Symbol.for('lethe.kind');

/** Of what another copy of the package made as a thing of this class: that there are two, and what to do. */
export function otherCopyAdvice(value: unknown, own: { prototype: { readonly [ofLethe]: string } }): string {
  try {
    if (value instanceof (own as unknown as new () => object)) return '';
    if ((value as { [ofLethe]?: unknown })[ofLethe] !== own.prototype[ofLethe]) return '';
    return ' of another copy of lethe; make everything with one of them (npm ls lethe, npm dedupe)';
  } catch {
    return '';
  }
}

// --- internal ---

/** Characters of a text, and names of an object, that an error quotes. */
const longest = 40;
const mostNames = 6;

function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `the text '${shortened(value)}'`;
    case 'function':
      return value.name ? `the function ${shortened(value.name)}` : 'a function';
    case 'symbol':
      return 'a symbol';
    case 'bigint':
      return `the bigint ${shortened(`${value}`)}`;
    case 'object':
      return value === null ? 'null' : describeObject(value);
    default:
      return `${value}`;
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) {
    const length = value instanceof DataView ? value.byteLength : (value as Uint8Array).length;
    return `a ${value[Symbol.toStringTag as never] ?? 'DataView'} of ${length}`;
  }
  // A class without a name has the empty one; a generator has a tag alone.
  const kind: unknown =
    value.constructor?.name || (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  const { shape, [ofLethe]: own } = value as { shape?: unknown; [ofLethe]?: unknown };
  if (own === 'tensor' && Array.isArray(shape)) return `a tensor of shape [${shortened(shape.join(', '))}]`;
  if (own === 'noise stream') return 'a noise stream';
  if (typeof kind === 'string' && kind !== 'Object') return `a ${shortened(kind)}`;
  const names = Object.keys(value);
  if (names.length === 0) return 'an empty object';
  const listed = names.slice(0, mostNames).map(shortened).join(', ');
  return `an object with ${listed}${names.length > mostNames ? ` and ${names.length - mostNames} more` : ''}`;
}

function shortened(text: string): string {
  const plain = text.replace(/\p{Cc}/gu, '?');
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}
