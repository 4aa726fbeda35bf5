/** A report: one HTML page on runs and studies. */
import fs from 'node:fs';
import path from 'node:path';
import { runPaths } from '../runs/run-directory.ts';
import { comparisonSection } from './comparison-section.ts';
import { page } from './html.ts';
import { type RunRecord, readRun } from './run-record.ts';
import { runSection } from './run-section.ts';
import { bestTrial, type StudyRecord, studyFile } from './study.ts';
import { studyRecord } from './study-reader.ts';
import { studySection } from './study-section.ts';

/** What directories hold. */
export interface ReportContent {
  runs: RunRecord[];
  studies: StudyRecord[];
  /** of studies, where they trained on this machine */
  bestTrials: RunRecord[];
}

/** Reads runs and studies, each directory once; of a study also the run of its best trial. Throws ConfigError for a directory that is neither. */
export function readReport(directories: readonly string[]): ReportContent {
  const content: ReportContent = { runs: [], studies: [], bestTrials: [] };
  const once = new Map(directories.map((directory) => [path.resolve(directory), directory]));
  for (const directory of once.values()) {
    if (fs.existsSync(path.join(directory, studyFile))) content.studies.push(studyRecord(directory));
    else content.runs.push(readRun(directory));
  }
  content.bestTrials = content.studies
    .map((study) => readBestTrial(study, [...once.keys()]))
    .filter((run) => run !== undefined);
  return { ...content, runs: content.runs.map((run) => withOwnName(run, content.runs)) };
}

/** The page. */
export function reportHtml({ runs, studies, bestTrials }: ReportContent): string {
  const names = [...studies, ...runs].map(({ name }) => name);
  const title = names.length > 3 ? `Report on ${names.length} trainings` : `Report on ${names.join(', ')}`;
  const shown = [...bestTrials, ...runs];
  return page(title, [...studies.map(studySection), comparisonSection(shown), ...shown.map(runSection)]);
}

// --- internal ---

/** The run of a study's best trial, unless it is asked for by itself or trained elsewhere, so that its epochs are not here. */
function readBestTrial(study: StudyRecord, asked: readonly string[]): RunRecord | undefined {
  const { number, directory } = bestTrial(study) ?? {};
  if (directory === undefined || asked.includes(path.resolve(directory))) return undefined;
  if (!fs.existsSync(runPaths(directory).config)) return undefined;
  const run = readRun(directory);
  const name = `trial ${number} of ${path.basename(path.resolve(study.directory))}`;
  return run.epochs.length > 0 ? { ...run, name } : undefined;
}

/** Runs that share the last part of their directories are named by all of it. */
function withOwnName(run: RunRecord, all: readonly RunRecord[]): RunRecord {
  const isShared = all.some((other) => other !== run && other.name === run.name);
  return isShared ? { ...run, name: run.directory } : run;
}
