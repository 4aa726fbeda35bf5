/**
 * What a task is to everybody else: one definition, made in its folder and named once, in `registry.ts`. Training, search, reports and
 * the command know kinds, never names. What stands here without a question mark every task has; the rest adds a command or a
 * part of one: a kind without `prediction` is refused by `lethe predict`, one without `sections` has none in a report.
 */
import type { NoiseStream } from 'lethe';
import type { Regularizer } from 'lethe/dropout';
import type { z } from 'zod';
import type { WorkloadKind } from '../bench/workload.ts';
import type { FindOptions } from '../data/directories.ts';
import type { DownloadProgress } from '../data/download.ts';
import type { SplitName } from '../data/split-names.ts';
import type { Picture } from '../pictures/picture.ts';
import type { Calibration } from '../runs/calibration.ts';
import type { Config } from '../runs/config.ts';
import type { Environment } from '../runs/environment.ts';
import type { PortableModel } from '../runs/network.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import type { Draws, Slices, Task, TaskMetric, Weights } from '../runs/task.ts';

/** A task: `C` is the configuration of its runs, `D` what they are trained on. */
export interface TaskKind<C extends Config = Config, D extends TaskData = TaskData> {
  /** as in `lethe train NAME/DATASET` and `config.json` */
  readonly name: string;
  /** what its data are called in a sentence, such as `texts` */
  readonly things: string;
  readonly config: ConfigKind<C>;
  readonly data: DataKind<C, D>;
  /** every metric that only this task has, by its name */
  readonly metrics: Readonly<Record<string, MetricWords>>;
  /** the metrics that decide and that people are shown */
  metric(at: Lookup): TaskMetric;
  /**
   * The task over its data, with new parameters. Throws ConfigError for what the model cannot honour.
   * @param noise of the run's seed
   */
  open(config: C, data: D, noise: NoiseStream): Task;
  /** what a model takes in training, told before anything is made */
  size(config: C, data: D): ModelSize;
  /** names of the files that `Task.files` makes, in the run directory */
  readonly files?: readonly string[];
  /** Throws ConfigError unless the weights of a run mean over these data what they meant over its own. */
  requireSameMeaning?(run: RunPaths, data: D): void;
  readonly evaluation?: EvaluationKind<C>;
  readonly sampling?: SamplingKind<C>;
  readonly prediction?: PredictionKind<C>;
  readonly calibration?: CalibrationKind<C, D>;
  /** A run as other programs can be given it, for `lethe export --to onnx`. Throws ConfigError for what cannot be, saying why. */
  network?(run: TrainedRun<C>, places?: DataPlaces): PortableModel | Promise<PortableModel>;
  /** how a report and a dashboard show what runs made, by the names of the files in `samples/` */
  readonly samples?: SampleForm;
  /** what they show of a run besides its curves and samples */
  sections?(run: ShownRun): ReportSection[];
  /** what a report shows of its runs together besides their figures, such as what they made beside each other */
  beside?(runs: readonly ShownRun[]): ReportSection[];
  readonly quickStart?: QuickStart<D>;
  /** of `lethe bench`, by name */
  readonly workloads?: Readonly<Record<string, WorkloadKind>>;
  /** whole command lines for the help of commands, by command */
  readonly examples?: Readonly<Record<string, readonly string[]>>;
}

/** Looks a setting up by its dotted key in whatever is known of a configuration; undefined where nothing is said. */
export type Lookup = (key: string) => unknown;

/** Lookup in a tree. */
export function lookupIn(tree: unknown): Lookup {
  const inside = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return (key) => key.split('.').reduce<unknown>(inside, tree);
}

/** An option of a command that only runs of some tasks know. */
export interface TaskOption {
  /** as the parser of the command line has it: `--level <NAME>` */
  flags: string;
  description: string;
  /** the value of a text, and of one that was given before. Throws UsageError. */
  read?(text: string, before?: unknown): unknown;
  /** of `lethe train` and `lethe config`: the key of the configuration that it sets */
  key?: string;
  /** whether the command cannot go without */
  required?: boolean;
}

/** Values of options as the parser names them: `--top-k` is `topK`. */
export type OptionValues = Readonly<Record<string, unknown>>;

/** The configuration of a task. */
export interface ConfigKind<C extends Config> {
  /** a strict object with `anyRun` and `task` in it; descriptions are what `lethe config` says */
  readonly schema: z.ZodObject;
  /** before any recipe; they may go by what is laid over them */
  defaults(at: Lookup): C;
  /** what the defaults go by, as options of `lethe config` */
  readonly choices: readonly TaskOption[];
  /** keys with an option of their own in `lethe train` */
  readonly options: readonly TaskOption[];
  /** the settings that memory grows with, those first that one thinks of first */
  readonly sizes: readonly string[];
  /** settings that say what is read and how it is scored: runs that differ in one are not ranked together */
  readonly conditions: readonly string[];
  /** The configuration as others that compute the same have it: keys that make no difference to its data. */
  comparable?(config: C): C;
}

/** What runs are trained on. */
export interface TaskData {
  name: string;
  /** where it came from, in words */
  source: string;
  splits: Record<SplitName, unknown>;
}

/** Where data may come from. */
export interface DataPlaces extends FindOptions {
  /** whether a data set that is not here may be downloaded */
  fetch?: boolean;
  /** remarks for people, such as where data was found */
  log?: (line: string) => void;
}

/** The data of a task. One of files of the user's own has nothing but the first three. */
export interface DataKind<C extends Config, D extends TaskData> {
  /** what may be named, as in `the path of a text` */
  readonly paths: string;
  /** how sure it is that a path is its own: 3 by its form, 2 by what it holds, 1 if nobody else wants it, 0 not at all */
  claim(path: string): number;
  /** Loads what a configuration names. Throws DataError for what is broken, MissingDataError for what is nowhere. */
  load(config: C, places?: DataPlaces): Promise<D>;
  /** the configuration with what was chosen when its data was read */
  choices?(config: C, data: D): C;
  readonly published?: PublishedData;
  readonly statistics?: DataStatistics;
}

/** Data sets that have a name. */
export interface PublishedData {
  readonly names: readonly string[];
  /** of those, what `lethe data fetch` can download */
  readonly fetchable: readonly string[];
  /** All of them, without reading any. */
  list(places?: FindOptions): ListedData[];
  /** Downloads one; gives what `--json` says of where it is. */
  fetch(name: string, how: Fetching): Promise<{ path: string } | { paths: Readonly<Record<string, string>> }>;
}

/** `lethe data stats`: what is in a data set, and how well models without any learning do on it. */
export interface DataStatistics {
  readonly options: readonly TaskOption[];
  of(name: string, places: DataPlaces, given: OptionValues): Promise<Shown>;
}

/** How something is fetched. */
export interface Fetching {
  log?: (line: string) => void;
  onProgress?: DownloadProgress;
  signal?: AbortSignal;
}

/** One data set that has a name. */
export interface ListedData {
  name: string;
  title: string;
  /** `found` on this machine, `embedded` in this package, `fetchable` from a public mirror, or `missing` */
  status: 'found' | 'embedded' | 'fetchable' | 'missing';
  where: string;
  /** of the files, or null */
  bytes: number | null;
  licence: string;
}

/** What a command shows: one document for machines, lines and tables for people. */
export interface Shown {
  event: object;
  lines: readonly (string | ShownTable)[];
}

export interface ShownTable {
  rows: readonly (readonly string[])[];
  header: readonly string[];
  /** one letter a column, `l` or `r` */
  align: string;
}

/** A metric as people call it. */
export interface MetricWords {
  /** e.g. `NLL per time step` */
  label: string;
  /** e.g. `nats` */
  unit?: string;
  /** which values are good; absent for what is neither */
  better?: 'lower' | 'higher';
  /** the convention behind the name */
  meaning?: string;
  /** the metric whose order it is, turned round: what is left to its greatest value */
  remainderOf?: string;
  /** says how much was evaluated, and not how well: a whole number, or a share */
  counts?: 'number' | 'share';
}

/** Numbers in memory. */
export interface ModelSize {
  parameters: number;
  /** what training keeps beside them */
  working: number;
}

/** What `lethe eval` has for runs of a task alone. */
export interface EvaluationKind<C extends Config> {
  readonly options: readonly TaskOption[];
  /** The configuration that the options ask for. */
  settings?(config: C, given: OptionValues): C;
  /** ways to evaluate beside the test-time rule, by the prefix of their metrics */
  readonly ways?: Readonly<Record<string, EvaluationWay>>;
}

export interface EvaluationWay {
  /** in a heading: `with cache` */
  label: string;
  /** `EvaluationPlan.way` by the options, undefined where none asks for it. Throws ConfigError. */
  of(given: OptionValues): unknown;
}

/** A trained run, read. */
export interface TrainedRun<C extends Config = Config> {
  run: RunPaths;
  config: C;
  environment: Environment;
  weights: Weights;
  /** the file of the weights, for errors */
  where: string;
  /** the training steps behind the weights, for a method whose rates move */
  trained(regularizer: Regularizer): number | undefined;
  /** what `lethe calibrate` found for these weights */
  calibration?: Calibration;
}

/** What every sampling may be told. */
export interface SampleOptions extends DataPlaces {
  /** of the random numbers; the same seed gives the same */
  seed: number;
  /** steps or tokens to draw */
  length: number;
  /** below 1 surer, above 1 wilder */
  temperature: number;
  /** the file that somebody named */
  out?: string;
  /** the data itself, where it is at hand */
  data?: TaskData;
}

/** What a model made. */
export interface Sample {
  /** of its file, with ending, in `samples/` of the run unless somebody names another */
  name: string;
  content: string | Uint8Array;
  /** for `--json`, beside the file */
  event: object;
  /** the lines for people, about a file in so many columns */
  lines(file: string, columns: number): readonly string[];
  /** what goes to standard output where no file was named, so that it can be piped on; then there are no lines */
  text?: string;
  /** as a picture with a title; absent where there is nothing to draw */
  picture?(title: string): Picture | undefined;
}

/** What `lethe sample` has for runs of a task. */
export interface SamplingKind<C extends Config> {
  readonly options: readonly TaskOption[];
  /** what to do in place of a temperature of 0 */
  readonly surest: string;
  /** Reads what it takes; what it gives draws. Throws UsageError, ConfigError and what reading throws. */
  prepare(run: TrainedRun<C>, options: SampleOptions, given: OptionValues): Promise<() => Sample>;
}

/** What `lethe predict` gives a kind to work with. */
export interface PredictionContext {
  /** MC dropout with so many draws, and their seed */
  mc?: number;
  seed: number;
  log(line: string): void;
  /** standard input, piece by piece */
  input(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  signal?: AbortSignal;
}

/** One prediction, or a heading of them: for machines, for people, or both. */
export interface PredictedLine {
  /** of the first line: what the rows of `--out` have, in order; default: the keys of the first event */
  columns?: readonly string[];
  event?: object;
  line?: string;
  heading?: boolean;
}

/** What `lethe predict` has for runs of a task. */
export interface PredictionKind<C extends Config> {
  readonly options: readonly TaskOption[];
  /** Throws UsageError for options that cannot be, before the run is read. */
  check?(given: OptionValues): void;
  /** Predictions as they come; returns the metrics of all, where the truth is known, in the order in which they are shown. */
  predict(
    run: TrainedRun<C>,
    given: OptionValues,
    context: PredictionContext,
  ): AsyncGenerator<PredictedLine[], Readonly<Record<string, number>> | undefined>;
}

/** What `lethe calibrate` has for runs of a task. */
export interface CalibrationKind<C extends Config, D extends TaskData> {
  readonly options: readonly TaskOption[];
  /**
   * What makes the predictions of a run as sure as they are right, found on the calibration split of its data alone.
   * Throws DataError for data without such a split.
   * @param draws MC dropout; absent: the test-time rule
   */
  fit(run: TrainedRun<C>, data: D, given: OptionValues, draws?: Draws): Slices<FittedCalibration>;
}

/** What was found, as it stands in `calibration.json` and as people are told. */
export interface FittedCalibration {
  /** read again by the task alone */
  content: object;
  /** examples that it was found on */
  examples: number;
  /** what is promised, and over what, in sentences without their full stops */
  promises: readonly string[];
  /** figures of the calibration split before and after */
  shown?: ShownTable;
}

/** A run as a section of a report sees it. */
export interface ShownRun {
  directory: string;
  config: Lookup;
  environment?: Environment;
}

/** Files that runs make. */
export interface SampleForm {
  names: RegExp;
  /** Throws DataError for a file that is broken. */
  show(name: string, file: string, run: ShownRun): ReportPart;
}

/** A part of a report on a run; nothing in it is HTML, so that pages and dashboards may show it their way. */
export interface ReportSection {
  title: string;
  parts: readonly ReportPart[];
}

export type ReportPart =
  | { kind: 'note'; note: string }
  | { kind: 'picture'; picture: Picture; file?: SavedFile }
  | { kind: 'document'; title: string; content: string }
  | { kind: 'table'; table: ShownTable };

/** What a page offers beside a picture. */
export interface SavedFile {
  /** such as `audio/midi` */
  type: string;
  /** of its name */
  ending: string;
  content: Uint8Array;
}

/** What `lethe start` shows of a task: two models side by side on real data, in two minutes. */
export interface QuickStart<D extends TaskData> {
  /** in the help: `real music` */
  readonly on: string;
  readonly contenders: readonly { name: string; title: string; dropout: string }[];
  /** hidden units that are tried, the largest first */
  readonly sizes: readonly number[];
  /** multiplications of an epoch grow as this */
  work(hidden: number): number;
  settings(hidden: number): Readonly<Record<string, unknown>>;
  /** Data that is here or comes at once. Throws Interrupted when `signal` stopped it. */
  data(places: DataPlaces & { signal: AbortSignal; patience?: number }): Promise<D>;
  /** what is made with each model at the end, and what that is called in a heading */
  readonly sample: { options: Omit<SampleOptions, 'seed'>; given: OptionValues; called: string };
  /** how the figures are to be read, in brackets below the table */
  readonly reading: string;
}
