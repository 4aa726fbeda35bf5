/** Making elements, in HTML and SVG. */

type Child = Node | string;

/** An element with attributes; those that are false or undefined are left out, functions become listeners. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, unknown>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(name), attributes, children);
}

/** The same in SVG. */
export function drawn<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, unknown>> = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

/** A label above a field; the name is what both are called. */
export function labelled(name: string, field: HTMLElement, className = ''): HTMLElement {
  return element('div', { class: className }, element('label', { for: field.id }, name), field);
}

let count = 0;
/** A name for `id` that nothing else has. */
export function newId(stem: string): string {
  return `${stem}-${++count}`;
}

/** What people read of a number. */
export function figure(value: number, digits = 3): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–';
}

// --- internal ---

function filled<E extends Element>(
  made: E,
  attributes: Readonly<Record<string, unknown>>,
  children: readonly Child[],
): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value as EventListener);
    else if (value !== undefined && value !== false)
      made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}
