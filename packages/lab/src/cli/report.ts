/** `lethe report`: one HTML page on runs and studies. */
import path from 'node:path';
import type { Command } from 'commander';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';

interface ReportOptions {
  out?: string;
  json?: boolean;
}

/** Adds `report` to the command. */
export function addReport(lethe: Command, io: Io): void {
  const command = lethe
    .command('report')
    .description(
      'writes one HTML page on runs and searches: figures, learning curves, samples, hyper-parameters; several runs are compared',
    )
    .argument('<directory...>', 'directories of runs and of studies')
    .option('--out <FILE>', 'file to write (default: report.html, in the run where there is only one)')
    .option('--json', 'one JSON document on standard output')
    .action((directories: string[], options: ReportOptions) =>
      run(directories, options, new Output(io, options)),
    );
  example(
    command,
    'lethe report runs/jsb-chorales-fast-1',
    'lethe report runs/jsb-* --out jsb.html',
    'lethe report studies/search-1',
  );
}

// --- internal ---

async function run(directories: string[], options: ReportOptions, output: Output): Promise<void> {
  const { readReport, reportHtml } = await import('../report/report.ts');
  const { atomicWrite } = await import('../runs/atomic-write.ts');
  const content = readReport(directories);
  const { runs, studies } = content;
  const [only] = [...runs, ...studies];
  const file =
    options.out ??
    (runs.length + studies.length === 1 ? path.join(only.directory, 'report.html') : 'report.html');
  atomicWrite(file, reportHtml(content));
  const summary = runs.map(({ directory, state, chosen }) => ({
    run: directory,
    state,
    best: chosen ?? null,
  }));
  output.event({ file, runs: summary, studies: studies.map(({ directory }) => directory) });
  output.say(file);
}
