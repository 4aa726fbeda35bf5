/** Parts of reports as pages show them: pictures by their address, everything else as it is. */
import { createHash } from 'node:crypto';
import { csvOf, type ReportPart, type ReportSection } from '@lethe/lab/internal';
import type { ShownPart, ShownSection } from '../shared/api.ts';

/** A picture of a page: its SVG and its numbers. */
export interface PagePicture {
  svg: string;
  csv: string;
}

/** Sections of a page, and the pictures that they name by their place. */
export interface ShownSections {
  sections: ShownSection[];
  pictures: PagePicture[];
}

/**
 * Sections for a page.
 * @param address of the run or study; picture N is `ADDRESS/pictures/N.svg`
 */
export function shownParts(sections: readonly ReportSection[], address: string): ShownSections {
  const pictures: PagePicture[] = [];
  return {
    sections: sections.map(({ title, parts }) => ({
      title,
      parts: parts.map((part) => shown(part, address, pictures)),
    })),
    pictures,
  };
}

// --- internal ---

function shown(part: ReportPart, address: string, pictures: PagePicture[]): ShownPart {
  if (part.kind === 'table') return { kind: 'table', ...part.table };
  if (part.kind !== 'picture') return part;
  const { title, svg, data, wide = false } = part.picture;
  const place = pictures.push({ svg, csv: csvOf(data) }) - 1;
  // A picture that became another one has another address: browsers do not ask again for what is shown already.
  const version = createHash('sha256').update(svg).digest('base64url').slice(0, 10);
  return {
    ...{ kind: 'picture', title, wide },
    ...sizeOf(svg),
    src: `${address}/pictures/${place}.svg?${version}`,
    csv: `${address}/pictures/${place}.csv?${version}`,
  };
}

/** Of a picture, so that a page has its place before it is there. */
function sizeOf(svg: string): { width: number; height: number } {
  const [, width, height] = /^<svg[^>]* viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return { width: Number(width ?? 640), height: Number(height ?? 400) };
}
