/** What a run directory tells, for TensorBoard and for tables. */
import { counted } from '../common/counted.ts';
import { csvOf } from '../pictures/data-table.ts';
import { type RunRecord, readRun } from '../report/run-record.ts';
import type { Exported, ExportRequest } from './format.ts';
import { runTables } from './tables.ts';
import { runEvents } from './tensorboard/run.ts';

export async function exportEvents(request: ExportRequest): Promise<Exported> {
  const run = read(request);
  const png = await import('../pictures/svg/png.ts').catch(() => undefined);
  if (!png) request.log('no pictures: @resvg/resvg-js has no binary for this platform');
  return {
    // One name, so that a run which is written again has its events once.
    content: { 'events.out.tfevents.0.lethe': runEvents(run, png?.pngOf) },
    lines: ['tensorboard --logdir DIR   shows it'],
    event: { epochs: run.epochs.length },
  };
}

export async function exportTables(request: ExportRequest): Promise<Exported> {
  const tables = runTables(read(request));
  const counts = Object.entries(tables).map(([name, { rows }]) => [name, rows.length] as const);
  return {
    content: Object.fromEntries(Object.entries(tables).map(([name, table]) => [`${name}.csv`, csvOf(table)])),
    lines: counts.map(([name, rows]) => `${name}.csv: ${counted(rows, 'row')}`),
    event: { rows: Object.fromEntries(counts) },
  };
}

// --- internal ---

function read({ directory, log }: ExportRequest): RunRecord {
  const run = readRun(directory);
  for (const note of run.notes) log(note);
  return run;
}
