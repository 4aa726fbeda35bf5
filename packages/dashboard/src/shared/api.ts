/**
 * The JSON API between server and page: schemas of what is asked, types of what is answered. `GET /api/schema` gives the schemas as
 * JSON Schema. Runs and studies go by opaque ids; no path of this machine is ever part of a request.
 */
import { z } from 'zod';

/** An opaque name of a run or a study. */
export const id = z.string().regex(/^[0-9a-f]{16}$/);
/** The key of a column: `epoch`, `valid.perplexity`, `observe.spectral-radius.rnn.0`. */
const column = z.string().min(1).max(200);
const ids = z
  .string()
  .max(60_000)
  .transform((text) => text.split(','))
  .pipe(z.array(id).min(1).max(2000));

/** Points that a chart has room for. */
const points = z.coerce.number().int().min(10).max(5000).default(800);

/** `GET /api/series`: curves, thinned so that every bucket keeps its lowest and its highest value. */
export const seriesQuery = z.strictObject({
  runs: ids,
  y: column,
  x: column.default('epoch'),
  points,
  /** weight of what came before in an exponential mean over all points; 0: none is made */
  smooth: z.coerce.number().min(0).max(0.999).default(0),
  /** of x: a stretch alone */
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
});

const tooManyGroups = 'a chart has room for 500 groups; filter the runs, or group them by another setting';

/** `GET /api/groups`: mean and spread over the runs of each group, over all points that they have in common. */
export const groupsQuery = z.strictObject({
  /** ids of a group with commas, groups with semicolons */
  groups: z
    .string()
    .max(400_000)
    .transform((text) => text.split(';').map((group) => group.split(',')))
    .pipe(z.array(z.array(id).min(1)).min(1).max(500, tooManyGroups)),
  y: column,
  x: column.default('epoch'),
  points,
});

const setting = z.strictObject({
  /** a recipe, or TASK/DATASET */
  target: z.string().min(1).max(1000),
  /** KEY=VALUE, as `--set` takes them */
  set: z.array(z.string().min(3).max(2000)).max(200).default([]),
  paperQuirks: z.boolean().default(false),
});

/** `POST /api/resolve`: what a run would be. */
export const resolveBody = setting;

/** `POST /api/start`: starts it. */
export const startBody = setting.extend({
  /** of its directory: letters, digits, `_ + . -`; default: by data, method and seed */
  name: z
    .string()
    .regex(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}_+.-]{0,119}$/u)
    .optional(),
});

/** `POST /api/runs/ID/resume` */
export const resumeBody = z.strictObject({
  epochs: z.number().int().min(1).optional(),
  minutes: z.number().positive().optional(),
});

/** `POST /api/runs/ID/sample`: something made with the best weights, now. */
export const sampleBody = z.strictObject({
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(1),
  length: z.number().int().min(1).max(2000).default(100),
  temperature: z.number().min(0.01).max(100).default(1),
  /** options of the task, by the name that the command line has: `top-k` */
  options: z.record(z.string().regex(/^[a-z][a-z-]*$/), z.string().max(10_000)).default({}),
});

/** `POST /api/runs/ID/predict`: what the model expects of every token of a text. */
export const predictBody = z.strictObject({
  text: z.string().min(1).max(200_000),
  /** MC dropout with so many draws */
  mc: z.number().int().min(2).max(100).optional(),
});

/** `POST /api/runs/ID/uncertainty`: the figures on the test data, also by draws of the noise. */
export const uncertaintyBody = z.strictObject({
  draws: z.number().int().min(2).max(200).default(20),
  /** of the test data */
  share: z.number().positive().max(1).default(1),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(1),
});

export type SeriesQuery = z.infer<typeof seriesQuery>;
export type GroupsQuery = z.infer<typeof groupsQuery>;
export type StartBody = z.infer<typeof startBody>;
export type UncertaintyBody = z.infer<typeof uncertaintyBody>;
export type SampleBody = z.infer<typeof sampleBody>;

/** All requests with their schemas. */
export const requests = {
  'GET /api/series': seriesQuery,
  'GET /api/groups': groupsQuery,
  'POST /api/resolve': resolveBody,
  'POST /api/start': startBody,
  'POST /api/runs/ID/resume': resumeBody,
  'POST /api/runs/ID/sample': sampleBody,
  'POST /api/runs/ID/predict': predictBody,
  'POST /api/runs/ID/uncertainty': uncertaintyBody,
} as const;

export type RunState = 'running' | 'finished' | 'interrupted' | 'stopped' | 'waiting' | 'unreadable';

/** Figures by name. A number that is none (an infinite loss) is null. */
export type Figures = Record<string, number | null>;

/** A run as a row of the table. */
export interface RunRow {
  id: string;
  /** the last part of its directory */
  name: string;
  /** below the directory of the dashboard */
  path: string;
  task: string;
  state: RunState;
  /** values of its configuration by dotted key */
  config: Record<string, unknown>;
  /** the metric that people are shown */
  metric?: string;
  /** at the epoch that was the best by validation, as `valid.perplexity`; of a finished run also of the test */
  best: Figures;
  bestEpoch?: number;
  /** at the last epoch */
  last: Figures;
  epoch: number;
  /** of work */
  seconds: number;
  /** when it was made, ISO 8601 */
  created?: string;
  /** the study that it belongs to */
  study?: string;
  /** true while its history is still being read: the best may be another */
  reading?: boolean;
  /** what is wrong with it, in sentences */
  notes: string[];
}

export interface StudyRow {
  id: string;
  name: string;
  path: string;
  trials: number;
  metric: string;
}

/** `GET /api/runs` */
export interface RunList {
  runs: RunRow[];
  studies: StudyRow[];
  /** what lies there and is not shown, and why */
  leftOut: { path: string; reason: string }[];
  /** the event after which the list was made */
  after: string;
}

/** What a column holds, in words. */
export interface ColumnWords {
  label: string;
  better?: 'lower' | 'higher';
  /** says how much was looked at, not how good it was */
  isCount?: boolean;
}

/** `GET /api/state` */
export interface ServerState {
  /** the last part of the directory */
  name: string;
  readOnly: boolean;
  /** words for the metrics of any task */
  words: Record<string, ColumnWords>;
}

export interface Series {
  id: string;
  x: number[];
  /** null: no number there */
  y: (number | null)[];
  /** points before they were thinned */
  count: number;
  /** the last epoch with such a point: what is told of it or of one before is in the curve */
  last: number;
  /** the mean over all of them, see `Smoother` */
  smooth?: { x: number[]; y: (number | null)[]; seen: number };
}

export interface GroupSeries {
  x: number[];
  mean: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  /** runs in it that have the column */
  runs: number;
}

/** New rows of a history in their order, with what each has: a figure that is none is null. */
export type Points = Figures[];

/** What `GET /api/events` tells. */
export type ServerEvent =
  /** with `anew` its curves are others than before, else they have these points more */
  | { type: 'run'; row: RunRow; points?: Points; anew?: true }
  | { type: 'gone'; id: string }
  | { type: 'study'; row: StudyRow }
  | { type: 'reset' };

/** A part of a run's page; pictures are addresses. */
export type ShownPart =
  | { kind: 'note'; note: string }
  | {
      kind: 'picture';
      title: string;
      src: string;
      csv: string;
      wide: boolean;
      width: number;
      height: number;
    }
  | { kind: 'document'; title: string; content: string }
  | { kind: 'table'; header: readonly string[]; rows: readonly (readonly string[])[]; align: string };

export interface ShownSection {
  title: string;
  parts: ShownPart[];
}

/** `GET /api/runs/ID` */
export interface RunPage {
  row: RunRow;
  /** all columns that its history has */
  columns: string[];
  environment: Record<string, unknown>;
  sections: ShownSection[];
  /** what can be done with its best weights */
  able: { sample?: TaskOptionShown[]; predictsText: boolean; draws: boolean };
  /** commands, ready to be pasted */
  commands: { train?: string; resume: string };
  /** the last lines of its log */
  log: string[];
}

/** `POST /api/runs/ID/uncertainty`: figures by name, `mc_` in front of those by draws. */
export interface Uncertainty {
  metrics: Figures;
  /** by the name of a metric without `mc_`, with its unit */
  words: Record<string, string>;
  draws: number;
}

export interface TaskOptionShown {
  name: string;
  description: string;
  takesValue: boolean;
}

export interface ShownTrial {
  number: number;
  state: string;
  parameters: Record<string, number | string>;
  value: number | null;
  /** its place among the trials with a result by the metric that decides, from 0, the best first */
  rank?: number;
  /** the id of its run, where it is there */
  run?: string;
  seconds?: number;
}

/** `GET /api/studies/ID`; pictures of its sections under `/api/studies/ID/pictures/` */
export interface StudyPage {
  row: StudyRow;
  trials: ShownTrial[];
  /** words behind `validation` for what ranks trials, where that is another metric than the one that is shown; else empty */
  deciding: string;
  logarithmic: readonly string[];
  /** share of the variance of the metric that a parameter alone explains, the largest first */
  importance: { parameter: string; share: number }[];
  /** what a comparison or a sweep shows in place of the pictures of a search; empty of a search */
  sections: ShownSection[];
}

/** A key of a configuration, as a form asks for it. */
export interface FormField {
  key: string;
  type: string;
  choices?: string[];
  default: unknown;
  meaning: string;
  of?: string[];
}

/** `GET /api/forms` */
export interface Forms {
  recipes: { name: string; title: string }[];
  tasks: { name: string; datasets: { name: string; status: string }[]; fields: FormField[] }[];
}

/** `POST /api/resolve` */
export interface Resolved {
  config: Record<string, unknown>;
  name: string;
  command: string;
}

/** What is said where something cannot be done. */
export interface Refusal {
  error: string;
}
