/** `lethe report`: runs and studies as one HTML page, as pictures, or as a table. */
import path from 'node:path';
import type { Command } from 'commander';
import { counted } from '../common/counted.ts';
import { UsageError } from '../common/usage.ts';
import type { ReportContent } from '../report/report.ts';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';

interface ReportOptions {
  out?: string;
  pictures?: string;
  json?: boolean;
}

/** Adds `report` to the command. */
export function addReport(lethe: Command, io: Io): void {
  const command = lethe
    .command('report')
    .description(
      'writes one HTML page on runs and searches: figures, learning curves, samples, hyper-parameters; runs on the same data are compared',
    )
    .argument('<directory...>', 'directories of runs and of studies, or directories that hold such')
    .option(
      '--out <FILE>',
      'file to write, by its ending .html, .svg or .png (the comparison, or the curve of a single run), or .csv (all figures and settings) (default: report.html, in the run where there is only one)',
    )
    .option('--pictures <DIR>', 'also writes every picture as SVG, PNG and CSV, and all figures as CSV')
    .option('--json', 'one JSON document on standard output')
    .action((directories: string[], options: ReportOptions) =>
      run(directories, options, new Output(io, options)),
    );
  example(
    command,
    'lethe report runs/jsb-chorales-fast-1',
    'lethe report runs/jsb-* --out jsb.html',
    'lethe report runs/jsb-* --out jsb.svg',
    'lethe report runs/jsb-* --out jsb.csv --pictures figures',
    'lethe report studies/search-1',
  );
}

// --- internal ---

const endings = ['.html', '.htm', '.svg', '.png', '.csv'];

async function run(directories: string[], options: ReportOptions, output: Output): Promise<void> {
  const ending = endingOf(options.out);
  const { inWritableFolder } = await import('../files/writable-folder.ts');
  if (options.out !== undefined) {
    const { checkWritable } = await import('../files/check-writable.ts');
    checkWritable(options.out);
  }
  await inWritableFolder(options.pictures, '--pictures', () => make(directories, options, ending, output));
}

async function make(
  directories: string[],
  options: ReportOptions,
  ending: string,
  output: Output,
): Promise<void> {
  const { readReport } = await import('../report/report.ts');
  const { replacing } = await import('./write-out.ts');
  const content = readReport(directories);
  for (const { directory, reason } of content.leftOut) output.notice(`left out: ${directory}: ${reason}`);
  const { runs, studies } = content;
  for (const { directory, notes } of runs) {
    for (const note of notes) output.notice(`${directory}: ${note}`);
  }
  const [only] = [...runs, ...studies];
  const file =
    options.out ??
    (runs.length + studies.length === 1 ? path.join(only.directory, 'report.html') : 'report.html');
  // In its run a report is made anew; elsewhere something else may have had the name.
  const isOwn = options.out === undefined && runs.length + studies.length === 1;
  const sayReplaced = isOwn ? undefined : replacing(file, (line) => output.notice(line));
  await write(file, ending, content);
  sayReplaced?.();
  const pictures = options.pictures === undefined ? [] : await writeAll(options.pictures, content, output);
  const summary = runs.map(({ directory, state, chosen }) => ({
    run: directory,
    state,
    best: chosen ?? null,
  }));
  output.event({
    ...{ file, pictures, runs: summary, studies: studies.map(({ directory }) => directory) },
    leftOut: content.leftOut,
  });
  output.say(file);
  if (pictures.length > 0) output.say(`${counted(pictures.length, 'file')} in ${options.pictures}`);
}

/** Of a file without an ending: HTML. */
function endingOf(file: string | undefined): string {
  const ending = path.extname(file ?? '').toLowerCase();
  if (file === '') throw new UsageError('--out expects a file, found an empty name');
  if (ending === '' || endings.includes(ending)) return ending;
  throw new UsageError(
    `--out expects a file that ends in .html, .svg, .png or .csv, found '${path.basename(file!)}'`,
  );
}

async function write(file: string, ending: string, content: ReportContent): Promise<void> {
  const { atomicWrite } = await import('../files/atomic-write.ts');
  if (ending === '.csv') {
    const { results } = await import('../report/results.ts');
    const { csvOf } = await import('../pictures/data-table.ts');
    return atomicWrite(file, csvOf(results([...content.bestTrials, ...content.runs], content.studies)));
  }
  const { mainPictures, reportHtml } = await import('../report/report.ts');
  if (ending !== '.svg' && ending !== '.png') return atomicWrite(file, reportHtml(content));
  const pictures = mainPictures(content);
  if (pictures.length === 0) {
    throw new UsageError(
      `there is nothing to draw for ${file}: no epoch of ${
        content.runs
          .map(({ directory }) => directory)
          .slice(0, 3)
          .join(', ') || 'a trial'
      } has ended yet`,
    );
  }
  const { figure } = await import('../pictures/svg/figure.ts');
  const { writePicture } = await import('./picture-files.ts');
  const drawings = pictures.flatMap(({ drawing }) => drawing ?? []);
  const label = pictures.map(({ title }) => title).join('; ');
  await writePicture(file, figure(drawings, { label, columns: Math.min(2, drawings.length) }));
}

async function writeAll(directory: string, content: ReportContent, output: Output): Promise<string[]> {
  const { reportPictures } = await import('../report/report.ts');
  const { epochResults, observationResults, results } = await import('../report/results.ts');
  const { writePictures } = await import('./picture-files.ts');
  const runs = [...content.bestTrials, ...content.runs];
  const tables = {
    results: results(runs, content.studies),
    epochs: epochResults(runs),
    observations: observationResults(runs),
  };
  return writePictures(directory, reportPictures(content), tables, (line) => output.notice(line));
}
