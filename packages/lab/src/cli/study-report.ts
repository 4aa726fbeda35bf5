/** The report that a comparison or a sweep leaves in its directory. */
import path from 'node:path';
import { atomicWrite } from '../files/atomic-write.ts';
import { csvOf } from '../pictures/data-table.ts';
import { readReport, reportHtml } from '../report/report.ts';
import { results } from '../report/results.ts';

/** Writes `report.html` and `trials.csv` into the study and gives the file of the report. */
export async function writeStudyReport(directory: string): Promise<string> {
  const content = readReport([directory]);
  const file = path.join(directory, 'report.html');
  atomicWrite(file, reportHtml(content));
  atomicWrite(path.join(directory, 'trials.csv'), csvOf(results([], content.studies)));
  return file;
}
