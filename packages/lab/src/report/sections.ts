/** What a report shows of a run besides its figures and curves: what it made, and what its task has to show. */
import fs from 'node:fs';
import path from 'node:path';
import { LetheError } from 'lethe';
import type { Picture } from '../pictures/picture.ts';
import { element, escaped } from '../pictures/svg/element.ts';
import { runPaths } from '../runs/run-directory.ts';
import type { ReportPart, ReportSection, ShownRun } from '../tasks/kind.ts';
import { findKind, taskKinds } from '../tasks/registry.ts';
import { figureHtml, htmlTable, paragraph } from './html.ts';
import type { RunRecord } from './run-record.ts';

/** What is needed of a run. */
type Shown = Pick<RunRecord, 'config' | 'directory' | 'environment'>;

/** Samples that a page shows. */
const mostSamples = 6;

/** Samples and sections of a run as HTML; nothing where it has none. */
export function sectionsHtml(run: RunRecord): string {
  const samples = samplesOf(run);
  const parts = samples.slice(0, mostSamples);
  const left = samples.length - mostSamples;
  if (left > 0) parts.push({ kind: 'note', note: `${left} more in ${runPaths(run.directory).samples}.` });
  const all = [...(parts.length > 0 ? [{ title: 'Samples', parts }] : []), ...sectionsOf(run)];
  return all
    .map(({ title, parts }) => `<h3>${escaped(title)}</h3>${parts.map(partHtml).join('\n')}`)
    .join('\n');
}

/** What kinds show of their runs together as HTML; nothing where they have nothing. */
export function besideHtml(runs: readonly Shown[]): string {
  const sections = taskKinds.flatMap(
    ({ name, beside }) => beside?.(runs.filter((run) => run.config.get('task') === name).map(shownRun)) ?? [],
  );
  return sections
    .map(
      ({ title, parts }) => `<section><h2>${escaped(title)}</h2>${parts.map(partHtml).join('\n')}</section>`,
    )
    .join('\n');
}

/** The same as parts, for whoever shows them another way. */
export function partsOf(run: Shown): { samples: ReportPart[]; sections: ReportSection[] } {
  return { samples: samplesOf(run), sections: sectionsOf(run) };
}

/** All pictures in them. */
export function sectionPictures(run: RunRecord): Picture[] {
  const parts = [...samplesOf(run), ...sectionsOf(run).flatMap((section) => section.parts)];
  return parts.flatMap((part) => (part.kind === 'picture' ? [part.picture] : []));
}

// --- internal ---

const shownRun = ({ config, directory, environment }: Shown): ShownRun => ({
  ...{ directory, environment },
  config: (key) => config.get(key),
});

function sectionsOf(run: Shown): ReportSection[] {
  return findKind(run.config.get('task'))?.sections?.(shownRun(run)) ?? [];
}

/** What a run made, in the forms that any task knows. A file that cannot be read is said to be so; the report goes on. */
function samplesOf(run: Shown): ReportPart[] {
  const folder = runPaths(run.directory).samples;
  const files = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  return files.flatMap((name): ReportPart[] => {
    const form = taskKinds.find(({ samples }) => samples?.names.test(name))?.samples;
    if (!form) return [];
    try {
      return [form.show(name, path.join(folder, name), shownRun(run))];
    } catch (error) {
      const isReading = error instanceof LetheError || (error as NodeJS.ErrnoException).syscall !== undefined;
      if (!isReading) throw error;
      return [{ kind: 'note', note: `${name} cannot be shown: ${(error as Error).message}` }];
    }
  });
}

function partHtml(part: ReportPart): string {
  switch (part.kind) {
    case 'note':
      return paragraph(part.note, 'note');
    case 'picture':
      return figureHtml(part.picture, part.file);
    case 'document':
      return element('figure', {}, paragraph(part.title, 'note'), element('pre', {}, escaped(part.content)));
    case 'table':
      return htmlTable(part.table.header, part.table.rows, part.table.align);
  }
}
