/**
 * One HTML page that needs nothing but itself: no network, readable on a phone and on paper. Its one script, which it can be without,
 * saves pictures.
 */
import { csvOf, type DataTable } from '../pictures/data-table.ts';
import { fileNames, type Picture } from '../pictures/picture.ts';
import { faint, ink, muted } from '../pictures/svg/colour.ts';
import { element, escaped } from '../pictures/svg/element.ts';
import { fontFamily } from '../pictures/svg/figure.ts';
import { dark, isDarkScreen } from '../pictures/svg/theme.ts';
import type { SavedFile } from '../tasks/kind.ts';

/** A whole document around sections that are HTML. */
export function page(title: string, sections: readonly string[]): string {
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title>`,
    `<style>${css}</style>`,
    '</head>',
    '<body>',
    `<h1>${escaped(title)}</h1>`,
    ...sections,
    `<script>${saveScript}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** A table of text; columns of numbers are set right. A wide one scrolls by itself on a narrow screen. */
export function htmlTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  align: string,
): string {
  const cell = (tag: string, text: string, c: number): string =>
    element(tag, { class: align[c] === 'r' ? 'number' : undefined }, escaped(text));
  const head = element('tr', {}, ...header.map((text, c) => cell('th', text, c)));
  const body = rows.map((row) => element('tr', {}, ...row.map((text, c) => cell('td', text, c))));
  return element(
    'div',
    { class: 'wide' },
    `<table><thead>${head}</thead><tbody>${body.join('\n')}</tbody></table>`,
  );
}

/** A paragraph of text. */
export function paragraph(text: string, kind?: 'note'): string {
  return element('p', { class: kind }, escaped(text));
}

/** Pictures beside each other as far as the screen is wide. */
export function gallery(pictures: readonly Picture[]): string {
  return pictures.length === 0
    ? ''
    : element('div', { class: 'gallery' }, ...pictures.map((picture) => figureHtml(picture)));
}

/** A picture, and below it what it can be saved as. */
export function figureHtml({ title, svg, data, wide }: Picture, file?: SavedFile): string {
  const [name] = fileNames([title]);
  const links = [csvLink(name, data), ...(file ? [fileLink(name, file)] : [])].join(' ');
  const caption = element('figcaption', { class: 'save' }, links);
  return element('figure', { class: wide ? 'wide' : undefined, 'data-name': name }, svg, caption);
}

/** A link to a table with all digits. */
export function saved(title: string, data: DataTable): string {
  const [name] = fileNames([title]);
  return element('p', { class: 'save' }, csvLink(name, data));
}

/** Something that opens on demand. */
export function folded(title: string, content: string): string {
  return `<details><summary>${escaped(title)}</summary>${content}</details>`;
}

// --- internal ---

/** Longer tables would make the page slow to open. */
const longestCsv = 1_000_000;

function csvLink(name: string, data: DataTable): string {
  const text = csvOf(data);
  if (text.length > longestCsv) {
    return escaped(`CSV: ${(text.length / 1e6).toFixed(1)} MB, written by lethe report --pictures`);
  }
  // Half a character that some text was cut in has no place in an address.
  const wellFormed = text.replace(/\p{Surrogate}/gu, '\ufffd');
  const href = `data:text/csv;charset=utf-8,${encodeURIComponent(wellFormed)}`;
  return element('a', { href, download: `${name}.csv` }, 'CSV');
}

function fileLink(name: string, { type, ending, content }: SavedFile): string {
  const href = `data:${type};base64,${Buffer.from(content).toString('base64')}`;
  return element('a', { href, download: `${name}${ending}` }, ending.slice(1).toUpperCase());
}

/** SVG as it stands in the page; PNG in the colours of paper at three times its size, drawn by the browser. */
const saveScript = `
for (const figure of document.querySelectorAll('figure[data-name]')) {
  const svg = figure.querySelector('svg'), place = figure.querySelector('figcaption'), name = figure.dataset.name;
  const source = (drawn = svg) => URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(drawn)], { type: 'image/svg+xml' }));
  const save = (href, ending) => Object.assign(document.createElement('a'), { href, download: name + ending }).click();
  const png = () => {
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement('canvas'), { width, height } = svg.viewBox.baseVal;
      Object.assign(canvas, { width: 3 * width, height: 3 * height });
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
      save(canvas.toDataURL('image/png'), '.png');
    };
    const light = svg.cloneNode(true);
    light.querySelector('style')?.remove();
    image.src = source(light);
  };
  for (const [label, act] of [['PNG', png], ['SVG', () => save(source(), '.svg')]]) {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: label, onclick: act });
    place.prepend(button, ' ');
  }
}
`;

const css = `
:root { color-scheme: light dark; --ink: ${ink}; --muted: ${muted}; --grid: ${faint}; --paper: #fff; --raised: #f6f6f6; --accent: #0b5a8a; }
@media ${isDarkScreen} { :root { --ink: ${dark.ink}; --muted: ${dark.muted}; --grid: ${dark.faint}; --paper: ${dark.paper}; --raised: ${dark.shade}; --accent: ${dark.accent}; } }
body { font: 16px/1.45 ${fontFamily}; color: var(--ink); background: var(--paper); margin: 0 auto; padding: 1rem; max-width: 66rem; }
h1 { font-size: 1.6rem; margin: .3em 0 .5em; }
h2 { font-size: 1.25rem; margin: 2em 0 .4em; padding-top: .5em; border-top: 2px solid var(--ink); overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.4em 0 .4em; }
p { margin: .4em 0; overflow-wrap: anywhere; }
.note { color: var(--muted); font-size: .9rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; margin: .5em 0; }
th, td { padding: .25em .7em .25em 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--grid); }
th { border-bottom: 1px solid var(--ink); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.gallery { display: flex; flex-wrap: wrap; gap: .5rem; }
.save { font-size: .8rem; color: var(--muted); margin: 0 0 .6em; }
a { color: var(--accent); }
.save a, .save button { font: inherit; color: var(--accent); background: none; border: 0; padding: 0; text-decoration: underline; cursor: pointer; }
figure { margin: 0; max-width: 100%; break-inside: avoid; }
.gallery figure { flex: 1 1 27rem; max-width: 36rem; }
svg { display: block; max-width: 100%; height: auto; }
.gallery svg { width: 100%; }
.wide svg { max-width: none; }
td:first-child:not(.number) { overflow-wrap: anywhere; min-width: 9rem; max-width: 24rem; }
td { overflow-wrap: break-word; max-width: 26rem; }
td:last-child { min-width: 6rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--raised); padding: .7em; font-size: .85rem; }
summary { cursor: pointer; margin: .6em 0; }
@media print { .save { display: none; } body { max-width: none; font-size: 11pt; } .wide svg { max-width: 100%; } tr { break-inside: avoid; } h2, h3 { break-after: avoid; } }
`;
