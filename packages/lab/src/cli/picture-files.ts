/** Pictures and tables as files. */
import path from 'node:path';
import { LetheError } from 'lethe';
import { atomicWrite } from '../files/atomic-write.ts';
import { inWritableFolder } from '../files/writable-folder.ts';
import type { DataTable } from '../pictures/data-table.ts';
import type { Picture } from '../pictures/picture.ts';

/** Draws PNG files; undefined on a platform that the renderer has no binary for. */
export async function pngRenderer(): Promise<((svg: string) => Uint8Array) | undefined> {
  const png = await import('../pictures/svg/png.ts').catch(() => undefined);
  return png?.pngOf;
}

export const noPng = 'no PNG: @resvg/resvg-js has no binary for this platform';

/** Writes one picture by the ending of `file`. Throws LetheError for a PNG that this platform cannot draw. */
export async function writePicture(file: string, svg: string): Promise<void> {
  if (!file.toLowerCase().endsWith('.png')) return atomicWrite(file, `${svg}\n`);
  const pngOf = await pngRenderer();
  if (!pngOf) throw new LetheError('E_IO', `${noPng}; write .svg`);
  atomicWrite(file, pngOf(svg));
}

/**
 * Writes every picture as SVG, as PNG where the platform can, and its numbers as CSV, and `tables` by their names, into a directory
 * that is made. Gives the files; says through `notice` what is missing.
 */
export async function writePictures(
  directory: string,
  pictures: readonly Picture[],
  tables: Readonly<Record<string, DataTable>>,
  notice: (line: string) => void,
): Promise<string[]> {
  const { fileNames } = await import('../pictures/picture.ts');
  const { csvOf } = await import('../pictures/data-table.ts');
  return inWritableFolder(directory, '--pictures', async () => {
    const files: string[] = [];
    const put = (name: string, content: string | Uint8Array): void => {
      files.push(path.join(directory, name));
      atomicWrite(path.join(directory, name), content);
    };
    const pngOf = await pngRenderer();
    if (!pngOf && pictures.length > 0) notice(noPng);
    const taken = Object.keys(tables);
    const names = fileNames([...taken, ...pictures.map(({ title }) => title)]).slice(taken.length);
    for (const [i, { svg, data }] of pictures.entries()) {
      put(`${names[i]}.svg`, `${svg}\n`);
      if (pngOf) put(`${names[i]}.png`, pngOf(svg));
      put(`${names[i]}.csv`, csvOf(data));
    }
    for (const [name, table] of Object.entries(tables)) {
      if (table.rows.length > 0) put(`${name}.csv`, csvOf(table));
    }
    return files;
  });
}
