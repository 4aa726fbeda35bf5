/** A report: one HTML page on runs and studies. */
import fs from 'node:fs';
import path from 'node:path';
import { comparisonSection } from './comparison-section.ts';
import { page } from './html.ts';
import { type RunRecord, readRun } from './run-record.ts';
import { runSection } from './run-section.ts';
import { type StudyRecord, studyFile } from './study.ts';
import { studyRecord } from './study-reader.ts';
import { studySection } from './study-section.ts';

/** What directories hold. */
export interface ReportContent {
  runs: RunRecord[];
  studies: StudyRecord[];
}

/** Reads runs and studies, each directory once. Throws ConfigError for a directory that is neither. */
export function readReport(directories: readonly string[]): ReportContent {
  const content: ReportContent = { runs: [], studies: [] };
  const once = new Map(directories.map((directory) => [path.resolve(directory), directory]));
  for (const directory of once.values()) {
    if (fs.existsSync(path.join(directory, studyFile))) content.studies.push(studyRecord(directory));
    else content.runs.push(readRun(directory));
  }
  return { ...content, runs: content.runs.map((run) => withOwnName(run, content.runs)) };
}

/** The page. */
export function reportHtml({ runs, studies }: ReportContent): string {
  const names = [...studies, ...runs].map(({ name }) => name);
  const title = names.length > 3 ? `Report on ${names.length} trainings` : `Report on ${names.join(', ')}`;
  return page(title, [...studies.map(studySection), comparisonSection(runs), ...runs.map(runSection)]);
}

// --- internal ---

/** Runs that share the last part of their directories are named by all of it. */
function withOwnName(run: RunRecord, all: readonly RunRecord[]): RunRecord {
  const isShared = all.some((other) => other !== run && other.name === run.name);
  return isShared ? { ...run, name: run.directory } : run;
}
