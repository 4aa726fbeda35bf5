/** The report that a comparison or a sweep leaves in its directory. */
import path from 'node:path';
import { atomicWrite } from '../files/atomic-write.ts';
import { csvOf } from '../pictures/data-table.ts';
import { methodsTable } from '../report/methods-section.ts';
import { readReport, reportHtml } from '../report/report.ts';
import { results } from '../report/results.ts';
import { sweepTable } from '../report/sweep-section.ts';

/**
 * Writes `report.html`, `trials.csv` with every training, and `methods.csv` or `points.csv` with what they say together into the study;
 * gives the file of the report.
 */
export async function writeStudyReport(directory: string): Promise<string> {
  const content = readReport([directory]);
  const file = path.join(directory, 'report.html');
  atomicWrite(file, reportHtml(content));
  atomicWrite(path.join(directory, 'trials.csv'), csvOf(results([], content.studies)));
  for (const { comparison, sweep } of content.studies) {
    if (comparison) atomicWrite(path.join(directory, 'methods.csv'), csvOf(methodsTable(comparison)));
    if (sweep) atomicWrite(path.join(directory, 'points.csv'), csvOf(sweepTable(sweep)));
  }
  return file;
}
