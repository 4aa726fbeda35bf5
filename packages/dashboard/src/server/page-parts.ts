/** Parts of reports as pages show them: pictures by their address, everything else as it is. */
import { csvOf, type ReportPart, type ReportSection } from '@lethe/lab/internal';
import type { ShownPart, ShownSection } from '../shared/api.ts';

/** A picture of a page: its SVG and its numbers. */
export interface PagePicture {
  svg: string;
  csv: string;
}

/**
 * Sections for a page.
 * @param address of the run or study; picture N is `ADDRESS/pictures/N.svg`
 * @param pictures is given the pictures, in the order of their numbers
 */
export function shownParts(
  sections: readonly ReportSection[],
  address: string,
  pictures: PagePicture[],
): ShownSection[] {
  return sections.map(({ title, parts }) => ({
    title,
    parts: parts.map((part) => shown(part, address, pictures)),
  }));
}

// --- internal ---

function shown(part: ReportPart, address: string, pictures: PagePicture[]): ShownPart {
  if (part.kind === 'table') return { kind: 'table', ...part.table };
  if (part.kind !== 'picture') return part;
  const { title, svg, data, wide = false } = part.picture;
  const place = pictures.push({ svg, csv: csvOf(data) }) - 1;
  return {
    ...{ kind: 'picture', title, wide },
    ...sizeOf(svg),
    src: `${address}/pictures/${place}.svg`,
    csv: `${address}/pictures/${place}.csv`,
  };
}

/** Of a picture, so that a page has its place before it is there. */
function sizeOf(svg: string): { width: number; height: number } {
  const [, width, height] = /^<svg[^>]* viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return { width: Number(width ?? 640), height: Number(height ?? 400) };
}
