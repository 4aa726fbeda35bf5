/** A run that the dashboard knows: its directory, its configuration, and what was read of its history so far. */
import fs from 'node:fs';
import path from 'node:path';
import { flatConfig, isTree, runPaths, shownMetric, type Tree, writerOf } from '@lethe/lab/internal';
import type { FiguresEvent } from '../files/event-figures.ts';
import { fileState } from '../files/file-state.ts';
import type { Inside } from '../files/inside.ts';
import { LineReader } from '../files/line-reader.ts';
import type { Points, RunRow, RunState } from '../shared/api.ts';
import { movingRates } from './rates.ts';
import { Summary } from './summary.ts';

/** Bytes at the end of a history that say how a run ended. */
const tailBytes = 16_384;
/** A history up to this size is read at once. */
const smallBytes = 400_000;
/** Pieces of a long history that are read at a time, so that others have their turn. */
const piecesAtATime = 4;

/** What reading on has found. */
export interface Advanced {
  changed: boolean;
  points?: Points;
  /** its history is not the one before with these points behind it */
  anew?: true;
  gone?: boolean;
}

export class RunEntry {
  readonly id: string;
  readonly directory: string;
  readonly path: string;
  readonly study: string | undefined;
  /** its history is looked at: new points are handed on */
  summary = new Summary();
  state: RunState = 'waiting';
  tree: Tree = {};
  #config: Record<string, unknown> = {};
  #rates: ReadonlyMap<string, (step: number) => number> | undefined;
  #created: string | undefined;
  #problem: string | undefined;
  #reader: LineReader;
  /** what the table shows is known, though not every line was read */
  #isSettled = false;
  #isRead = false;
  readonly #inside: Inside;

  constructor(inside: Inside, directory: string, id: string, study?: string) {
    this.#inside = inside;
    this.directory = directory;
    this.path = path.relative(inside.root, directory) || '.';
    this.id = id;
    this.study = study;
    this.#reader = new LineReader(inside, runPaths(directory).metrics);
  }

  /** the file of its history */
  get metrics(): string {
    return runPaths(this.directory).metrics;
  }

  /** whether lines are still to be read before the row is true */
  get isReading(): boolean {
    return !this.#isRead && !this.#isSettled;
  }

  /** Reads the configuration, and of the history what a row of the table needs. */
  async open(): Promise<void> {
    await this.#readSettings();
    const state = await stateOf(this.metrics);
    const tail = await this.#reader.tail(tailBytes);
    if (tail && tail.size > smallBytes) {
      // The end of a long history says enough of a run that is over; all others are read from the beginning, later.
      this.summary.read(tail.lines);
      this.#isSettled = this.summary.ended === 'finished';
      this.summary.broken = 0;
      if (this.#isSettled) this.#settled = state;
    } else await this.advance();
    this.#look();
  }

  /**
   * Reads on, some pieces, one call after another. Gives what changed: nothing, or the row and new points; `gone` where there is no run any
   * more.
   */
  advance(): Promise<Advanced> {
    const advanced = this.#working.then(() => this.#advance());
    this.#working = advanced.catch(() => {});
    return advanced;
  }

  /** the rates that move while it trains, by column */
  get rates(): ReadonlyMap<string, (step: number) => number> {
    this.#rates ??= movingRates(this.#config['model.dropout']);
    return this.#rates;
  }

  get row(): RunRow {
    const { summary } = this;
    const { best, bestEpoch, last, epoch, seconds } = summary;
    const figures = Object.keys(best).length > 0 ? best : last;
    const names = Object.keys(figures).filter((key) => key.startsWith('valid.') || key.startsWith('train.'));
    const metric = this.#problem
      ? undefined
      : shownMetric(this.tree, Object.fromEntries(names.map((key) => [key.slice(key.indexOf('.') + 1), 0])));
    return {
      id: this.id,
      name: this.study === undefined ? path.basename(this.directory) : trialName(this.path),
      path: this.path,
      task: typeof this.tree.task === 'string' ? this.tree.task : '',
      state: this.#problem ? 'unreadable' : this.state,
      config: this.#config,
      ...{ metric, best, bestEpoch, last, epoch, seconds },
      created: this.#created,
      study: this.study,
      ...(this.isReading && { reading: true }),
      notes: this.#notes(),
    };
  }

  // --- internal ---

  #isStarted = false;
  /** its history, and its configuration, when they were read */
  #settled: string | undefined;
  #configured: string | undefined;
  /** ends when nobody reads */
  #working: Promise<unknown> = Promise.resolve();

  /** Reads the configuration and when the run was made, where they are others than before. */
  async #readSettings(): Promise<boolean> {
    const run = runPaths(this.directory);
    const state = await stateOf(run.config);
    if (state === this.#configured) return false;
    this.#configured = state;
    const [config, environment] = [
      await this.#inside.text(run.config),
      await this.#inside.text(run.environment),
    ];
    [this.tree, this.#config, this.#rates] = [{}, {}, undefined];
    [this.#problem, this.#created] = [undefined, undefined];
    if (config === undefined)
      this.#problem = 'config.json cannot be read: it leads out of the directory, or is too large.';
    else {
      try {
        const tree: unknown = JSON.parse(config);
        if (!isTree(tree)) throw new Error('no object');
        this.tree = tree;
        this.#config = Object.fromEntries(flatConfig(tree));
      } catch {
        this.#problem = 'config.json holds no configuration.';
      }
    }
    try {
      const made = (JSON.parse(environment ?? 'null') as { created?: unknown } | null)?.created;
      if (typeof made === 'string' && made.length < 40) this.#created = made;
    } catch {
      // the row goes without
    }
    return true;
  }

  async #advance(): Promise<Advanced> {
    // `resume` writes other limits, and another run may stand in the place of this one.
    const isConfigured = this.#exists() && (await this.#readSettings());
    if (this.#isSettled) {
      if ((await stateOf(this.metrics)) === this.#settled) return { changed: this.#look() || isConfigured };
      this.#isSettled = false;
    }
    const wasRead = this.#isRead;
    const events: FiguresEvent[] = [];
    let summary = this.#isRead || this.#isStarted ? this.summary : new Summary();
    let isNew = false;
    const { found, atEnd } = await this.#reader.read(
      (bytes) => {
        this.#isStarted = true;
        if (wasRead) events.push(...summary.add(bytes.toString().split('\n')));
        else summary.read(bytes);
      },
      () => {
        summary = new Summary();
        isNew = true;
      },
      wasRead ? Number.POSITIVE_INFINITY : piecesAtATime,
    );
    if (found === 'gone' && !this.#exists()) {
      return { changed: true, gone: true };
    }
    this.summary = summary;
    if (found !== 'gone') this.#isRead = atEnd;
    const changed = found !== 'same' || this.#look() || wasRead !== this.#isRead || isConfigured;
    this.#look();
    // Of a history that was read as a whole no points were handed on.
    const anew = isNew || (!wasRead && this.#isRead);
    const points = anew || !wasRead ? [] : pointsOf(events, this.rates);
    return { changed, ...(anew && { anew }), ...(points.length > 0 && { points }) };
  }

  /** Whether there is a configuration, which is what makes a run. */
  #exists(): boolean {
    return this.#inside.holds(runPaths(this.directory).config);
  }

  /** Whether the state is another than before. */
  #look(): boolean {
    const before = this.state;
    this.state = writerOf(this.directory) === undefined ? this.summary.rest : 'running';
    return before !== this.state;
  }

  #notes(): string[] {
    const { infiniteAt, broken } = this.summary;
    const skipped = this.#reader.skipped;
    return [
      ...(this.#problem ? [this.#problem] : []),
      ...(infiniteAt === undefined ? [] : [`A figure of epoch ${infiniteAt} is no finite number.`]),
      ...(broken > 0
        ? [
            `metrics.jsonl: ${broken} ${broken === 1 ? 'line is no event' : 'lines are no events'} of a training and left out.`,
          ]
        : []),
      ...(skipped > 0 ? ['metrics.jsonl: a line is longer than a megabyte and left out.'] : []),
    ];
  }
}

/** Of a trial: that of its study stands in front of its number. */
function trialName(place: string): string {
  const parts = place.split(path.sep).filter((part) => part !== 'trials');
  return parts.slice(-2).join('/');
}

/** Rows as the history has them: what was observed after an epoch stands in its row. */
function pointsOf(
  events: readonly FiguresEvent[],
  rates: ReadonlyMap<string, (step: number) => number>,
): Points {
  const rows: Points = [];
  for (const { event, epoch, figures } of events) {
    if (figures.size === 0) continue;
    const last = rows.at(-1);
    if (event === 'observe' && last?.epoch === epoch) Object.assign(last, Object.fromEntries(figures));
    else rows.push(Object.fromEntries(figures));
  }
  for (const row of rows) {
    for (const [name, rate] of rates) if (typeof row.step === 'number') row[name] = rate(row.step);
  }
  return rows;
}

/** Undefined where there is no file. */
async function stateOf(file: string): Promise<string | undefined> {
  const stat = await fs.promises.stat(file, { bigint: true }).catch(() => undefined);
  return stat && fileState(stat);
}
