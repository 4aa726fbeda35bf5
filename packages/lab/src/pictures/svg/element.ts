/** SVG and HTML elements as text. Whatever comes from outside is escaped here and nowhere else. */

/** Attributes by name; those that are undefined are left out. */
export type Attributes = Record<string, string | number | undefined>;

/** An element around children that are elements themselves. */
export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : escaped(`${value}`)}"`)
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

/** Text that can stand in an element or an attribute; characters that XML does not allow are replaced. */
export function escaped(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those that XML forbids, and lone surrogates
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
  );
}

/** A coordinate with two decimals at most: a hundredth of a pixel. */
export function rounded(value: number): string {
  return String(Math.round(value * 100) / 100 + 0);
}
