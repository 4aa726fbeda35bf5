/** What a run directory tells, as tables for other programs. */
import type { DataTable } from '../pictures/data-table.ts';
import { epochResults, observationResults, runResults } from '../report/results.ts';
import type { RunRecord } from '../report/run-record.ts';
import { unitObservations } from './unit-observations.ts';

/** By the names of their files: a row a number of every epoch, of the run as a whole, of what was observed; those without rows are left out. */
export function runTables(run: RunRecord): Record<string, DataTable> {
  const tables = {
    metrics: epochResults([run]),
    run: runResults([run]),
    observations: observationResults([run]),
    units: unitTable(run.directory),
  };
  return Object.fromEntries(Object.entries(tables).filter(([, { rows }]) => rows.length > 0));
}

// --- internal ---

function unitTable(directory: string): DataTable {
  const rows = unitObservations(directory).flatMap(({ observer, epoch, step, units }) =>
    Object.entries(units).flatMap(([key, values]) =>
      values.map((value, unit) => [directory, observer, epoch, step, key, unit, value]),
    ),
  );
  return { header: ['run', 'observer', 'epoch', 'step', 'key', 'unit', 'value'], rows };
}
