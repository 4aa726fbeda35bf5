/** What the dashboard uses of the lab; no promise to anybody else. */

export { defaultRunName } from './cli/run-name.ts';
export type { DashboardOptions, OpenedDashboard } from './cli/ui.ts';
export { shellWord } from './common/shell.ts';
export { isTree, type Tree } from './common/tree.ts';
export { cacheDirectory } from './data/directories.ts';
export { writerOf } from './files/lock.ts';
export { csvOf } from './pictures/data-table.ts';
export { configText, flatConfig, shownMetric } from './report/run-record.ts';
export { partsOf } from './report/sections.ts';
export { byWorth, type ReportedStudy, type ReportedTrial, trialValue } from './report/study.ts';
export { studyRecord } from './report/study-reader.ts';
export { studyParts } from './report/study-section.ts';
export type { Environment } from './runs/environment.ts';
export type { DoneEvent, EpochEvent, ObserveEvent, TrainingEvent } from './runs/events.ts';
export { numberedNames, runPaths } from './runs/run-directory.ts';
export { listData } from './tasks/data-sets.ts';
export type { ReportPart, ReportSection, ShownRun } from './tasks/kind.ts';
export { decidingWords, metricLabel, metricWords } from './tasks/metric-words.ts';
export { findKind, taskKinds } from './tasks/registry.ts';
export { type ConfigKey, configKeys } from './training/config-keys.ts';
export { listedRecipes } from './training/recipe-list.ts';
export { resolveConfig } from './training/resolve.ts';
