/** A report on runs and studies: one HTML page, and its pictures and tables by themselves. */
import fs from 'node:fs';
import path from 'node:path';
import { LetheError } from 'lethe';
import type { Picture } from '../pictures/picture.ts';
import { runPaths } from '../runs/run-directory.ts';
import { comparableSets } from './comparable.ts';
import { comparisonPictures, comparisonSection, validationPictures } from './comparison-section.ts';
import { page, paragraph } from './html.ts';
import { type RunRecord, readRun } from './run-record.ts';
import { mainCurve, runPictures, runSection } from './run-section.ts';
import { besideHtml } from './sections.ts';
import { bestTrial, type ReportedStudy, studyFile } from './study.ts';
import { studyRecord } from './study-reader.ts';
import { mainStudyPicture, studyPictures, studySection } from './study-section.ts';

/** What directories hold. */
export interface ReportContent {
  runs: RunRecord[];
  studies: ReportedStudy[];
  /** of studies, where they trained on this machine */
  bestTrials: RunRecord[];
  /** what could not be read, each with its reason */
  leftOut: { directory: string; reason: string }[];
}

/**
 * Reads runs and studies, each directory once; of a study also the run of its best trial. A directory that holds runs and studies
 * stands for these. What cannot be read is left out with its reason; where nothing is left, throws the first of these:
 * ConfigError for a directory that is neither, DataError for a broken one.
 */
export function readReport(directories: readonly string[]): ReportContent {
  const content: ReportContent = { runs: [], studies: [], bestTrials: [], leftOut: [] };
  const all = directories.flatMap(expanded);
  const once = new Map(all.map((directory) => [path.resolve(directory), directory]));
  let first: unknown;
  for (const directory of once.values()) {
    try {
      if (isStudy(directory)) content.studies.push(studyRecord(directory));
      else content.runs.push(readRun(directory));
    } catch (error) {
      if (!(error instanceof LetheError)) throw error;
      first ??= error;
      content.leftOut.push({ directory, reason: reasonOf(error, directory) });
    }
  }
  if (first !== undefined && content.runs.length + content.studies.length === 0) throw first;
  content.bestTrials = content.studies
    .map((study) => readBestTrial(study, content, [...once.keys()]))
    .filter((run) => run !== undefined);
  return { ...content, runs: content.runs.map((run) => withOwnName(run, content.runs)) };
}

/** The page. */
export function reportHtml({ runs, studies, bestTrials, leftOut }: ReportContent): string {
  const names = [...studies, ...runs].map(({ name }) => name);
  const title = names.length > 3 ? `Report on ${names.length} trainings` : `Report on ${names.join(', ')}`;
  const shown = [...bestTrials, ...runs];
  const missing = leftOut.map(({ directory, reason }) =>
    paragraph(`Left out: ${directory}: ${reason}`, 'note'),
  );
  return page(title, [
    ...missing,
    ...studies.map(studySection),
    comparisonSection(shown),
    besideHtml(shown),
    ...shown.map(runSection),
  ]);
}

/** All pictures of the page. */
export function reportPictures({ runs, studies, bestTrials }: ReportContent): Picture[] {
  const shown = [...bestTrials, ...runs];
  return [...studies.flatMap(studyPictures), ...comparisonPictures(shown), ...shown.flatMap(runPictures)];
}

/**
 * The pictures that say most: the history of each study, the validations of runs that may be compared, the learning curve of each run
 * that stands alone.
 */
export function mainPictures({ runs, studies, bestTrials }: ReportContent): Picture[] {
  const compared = comparableSets([...bestTrials, ...runs]);
  const isAsked = (picture: Picture | undefined): picture is Picture => picture !== undefined;
  return [
    ...studies.map(mainStudyPicture).filter(isAsked),
    ...compared.flatMap((set) => {
      if (set.runs.length > 1) return validationPictures(set);
      return set.runs
        .filter((run) => runs.includes(run))
        .map(mainCurve)
        .filter(isAsked);
    }),
  ];
}

// --- internal ---

/** Without the directory at its beginning, which is named in front of it. */
const reasonOf = ({ message }: LetheError, directory: string): string =>
  message.startsWith(`${directory} `) ? message.slice(directory.length + 1) : message;

const isStudy = (directory: string): boolean => fs.existsSync(path.join(directory, studyFile));
const isRun = (directory: string): boolean => fs.existsSync(runPaths(directory).config);

/** The runs and studies in a directory that is neither; else the directory itself. */
function expanded(directory: string): string[] {
  if (isStudy(directory) || isRun(directory)) return [directory];
  if (!fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [directory];
  const inside = fs.readdirSync(directory, { withFileTypes: true });
  const found = inside
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(directory, name))
    .filter((one) => isStudy(one) || isRun(one))
    .sort();
  return found.length > 0 ? found : [directory];
}

/** The run of a study's best trial, unless it is asked for by itself or trained elsewhere, so that its epochs are not here. */
function readBestTrial(
  study: ReportedStudy,
  { studies, leftOut }: ReportContent,
  asked: readonly string[],
): RunRecord | undefined {
  const { number, directory } = bestTrial(study) ?? {};
  if (directory === undefined || asked.includes(path.resolve(directory)) || !isRun(directory))
    return undefined;
  try {
    const run = readRun(directory);
    const nameOf = (one: ReportedStudy): string => path.basename(path.resolve(one.directory));
    const isShared = studies.some((other) => other !== study && nameOf(other) === nameOf(study));
    const name = `trial ${number} of ${isShared ? study.directory : nameOf(study)}`;
    return run.epochs.length > 0 ? { ...run, name } : undefined;
  } catch (error) {
    if (!(error instanceof LetheError)) throw error;
    leftOut.push({ directory, reason: reasonOf(error, directory) });
    return undefined;
  }
}

/** Runs that share the last part of their directories are named by all of it. */
function withOwnName(run: RunRecord, all: readonly RunRecord[]): RunRecord {
  const isShared = all.some((other) => other !== run && other.name === run.name);
  return isShared ? { ...run, name: run.directory } : run;
}
