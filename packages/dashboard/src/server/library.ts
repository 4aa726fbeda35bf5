/**
 * The runs and studies below a directory: found again and again, followed while they grow. A run goes by an id that is made of its
 * place; what a request names is looked up here and nowhere else.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type ReportedStudy, studyRecord } from '@lethe/lab/internal';
import { fileState } from '../files/file-state.ts';
import type { Inside } from '../files/inside.ts';
import type { RunList, RunRow, ServerEvent, StudyRow } from '../shared/api.ts';
import { RunEntry } from './run-entry.ts';

/** Folders inside of folders that are looked through. */
const deepest = 6;
/** Milliseconds of a round in which long histories are read. */
const readingTime = 200;
/** Runs that are over and looked at in a round; rounds between two looks at one of them, at least. */
const [mostDue, betweenLooks] = [100, 3];
/** Runs that are shown. */
const mostRuns = 20_000;

interface StudyEntry {
  id: string;
  directory: string;
  /** of its journal when it was read; empty before */
  state: string;
  study: ReportedStudy | undefined;
  /** why it cannot be shown */
  problem?: string;
}

export class Library {
  readonly inside: Inside;
  readonly #runs = new Map<string, RunEntry>();
  readonly #studies = new Map<string, StudyEntry>();
  readonly #tell: (event: ServerEvent) => void;
  #linked: RunList['leftOut'] = [];
  #round = 0;

  readonly #most: number;
  #isFull = false;

  /** @param most runs that are shown */
  constructor(inside: Inside, tell: (event: ServerEvent) => void, most = mostRuns) {
    this.inside = inside;
    this.#most = most;
    this.#tell = tell;
  }

  get runs(): RunEntry[] {
    return [...this.#runs.values()];
  }

  run(id: string): RunEntry | undefined {
    return this.#runs.get(id);
  }

  get studies(): StudyRow[] {
    return [...this.#studies.values()].flatMap((entry) => {
      const row = this.#studyRow(entry);
      return row ? [row] : [];
    });
  }

  study(id: string): { row: StudyRow; study: ReportedStudy } | undefined {
    const entry = this.#studies.get(id);
    const row = entry && this.#studyRow(entry);
    return row && { row, study: entry.study! };
  }

  /** Links that are not followed, histories without a configuration, and studies that cannot be read. */
  get leftOut(): RunList['leftOut'] {
    const broken = [...this.#studies.values()].flatMap(({ directory, problem }) =>
      problem === undefined
        ? []
        : [{ path: path.relative(this.inside.root, directory) || '.', reason: problem }],
    );
    return [...this.#linked, ...broken];
  }

  /** The id of a run by its directory, where it is known. */
  idOf(directory: string): string | undefined {
    const found = identify(this.inside, directory);
    return this.#runs.has(found) ? found : undefined;
  }

  /** Looks for runs and studies that are new, and opens them. */
  async scan(): Promise<void> {
    const leftOut: RunList['leftOut'] = [];
    const fresh: RunEntry[] = [];
    this.#isFull = false;
    await this.#walk(this.inside.root, 0, undefined, fresh, leftOut);
    if (this.#isFull) {
      const reason = `more than ${this.#most.toLocaleString('en')} runs: others are not shown; open a directory below`;
      leftOut.push({ path: '.', reason });
    }
    this.#linked = leftOut;
    for (let i = 0; i < fresh.length; i += 16) {
      const some = fresh.slice(i, i + 16);
      await Promise.all(some.map((entry) => entry.open()));
      for (const entry of some) {
        this.#runs.set(entry.id, entry);
        this.#tell({ type: 'run', row: entry.row, anew: true });
      }
    }
  }

  /** runs that train */
  get alive(): RunEntry[] {
    return this.runs.filter(isAlive);
  }

  /**
   * One round of following: what is alive each time, what is over now and then, long histories as far as the time allows and nobody waits.
   * @param isAsked whether somebody waits for an answer
   * @param isFresh whether a run was read on with just now, because the system told of it
   */
  async follow(
    isAsked: () => boolean = () => false,
    isFresh: (id: string) => boolean = () => false,
  ): Promise<void> {
    this.#round++;
    const all = this.runs;
    const every = Math.max(betweenLooks, Math.ceil(all.length / mostDue));
    const due = all.filter(
      (entry, i) => !isAlive(entry) && !entry.isReading && (this.#round + i) % every === 0,
    );
    const growing = this.alive.filter(({ id }) => !isFresh(id));
    for (const entry of [...growing, ...due]) await this.#advance(entry);
    const until = performance.now() + readingTime;
    for (const entry of all) {
      if (performance.now() > until || isAsked()) break;
      if (entry.isReading && !isAlive(entry)) await this.#advance(entry);
    }
    for (const entry of this.#studies.values()) {
      const wasShown = entry.study !== undefined;
      if (!this.#readStudy(entry)) continue;
      const row = this.#studyRow(entry);
      if (row) this.#tell({ type: 'study', row });
      else if (wasShown) this.#tell({ type: 'gone', id: entry.id });
    }
  }

  /** Reads on with a run, now. */
  async refresh(id: string): Promise<void> {
    const entry = this.#runs.get(id);
    if (entry) await this.#advance(entry);
  }

  // --- internal ---

  async #advance(entry: RunEntry): Promise<void> {
    const { changed, points, anew, gone } = await entry.advance();
    if (gone) {
      this.#runs.delete(entry.id);
      this.#tell({ type: 'gone', id: entry.id });
    } else if (changed)
      this.#tell({ type: 'run', row: entry.row, ...(anew && { anew }), ...(points && { points }) });
  }

  async #walk(
    directory: string,
    depth: number,
    study: string | undefined,
    fresh: RunEntry[],
    leftOut: RunList['leftOut'],
  ): Promise<void> {
    if (this.#isFull) return;
    const id = identify(this.inside, directory);
    if (this.#runs.has(id)) return;
    let files: fs.Dirent[];
    try {
      files = await fs.promises.readdir(directory, { withFileTypes: true });
    } catch {
      return; // gone, or not ours to read
    }
    const names = new Set(files.map(({ name }) => name));
    if (names.has('config.json') && names.has('metrics.jsonl')) {
      if (this.#runs.size + fresh.length >= this.#most) {
        this.#isFull = true;
        return;
      }
      fresh.push(new RunEntry(this.inside, directory, id, study));
      return;
    }
    if (names.has('metrics.jsonl')) {
      const reason = 'a history, metrics.jsonl, without the config.json of its run';
      leftOut.push({ path: path.relative(this.inside.root, directory) || '.', reason });
    }
    let within = study;
    if (names.has('journal.jsonl')) {
      within = id;
      if (!this.#studies.has(id)) this.#studies.set(id, { id, directory, state: '', study: undefined });
    }
    if (depth >= deepest) return;
    for (const file of files) {
      if (file.name.startsWith('.') || file.name === 'node_modules') continue;
      const inner = path.join(directory, file.name);
      if (file.isSymbolicLink()) {
        if (!isFolder(inner)) continue;
        const reason = this.inside.holds(inner)
          ? 'a link to another place that is shown'
          : 'a link that leads out of the directory';
        leftOut.push({ path: path.relative(this.inside.root, inner), reason });
      } else if (file.isDirectory()) await this.#walk(inner, depth + 1, within, fresh, leftOut);
    }
  }

  /** Whether a study changed. One that is broken is left out, and said to be. */
  #readStudy(entry: StudyEntry): boolean {
    const journal = path.join(entry.directory, 'journal.jsonl');
    const stat = this.inside.holds(journal)
      ? fs.statSync(journal, { bigint: true, throwIfNoEntry: false })
      : undefined;
    if (!stat?.isFile()) {
      this.#studies.delete(entry.id);
      this.#tell({ type: 'gone', id: entry.id });
      return false;
    }
    const state = fileState(stat);
    if (state === entry.state) return false;
    entry.state = state;
    try {
      entry.study = studyRecord(entry.directory);
      entry.problem = undefined;
    } catch (error) {
      entry.study = undefined;
      entry.problem = (error as Error).message.slice(0, 300);
    }
    return true;
  }

  #studyRow(entry: StudyEntry): StudyRow | undefined {
    if (entry.state === '') this.#readStudy(entry);
    const { study, id, directory } = entry;
    if (!study) return undefined;
    return {
      id,
      name: study.name,
      path: path.relative(this.inside.root, directory) || '.',
      trials: study.trials.length,
      metric: study.metric,
    };
  }
}

const isAlive = ({ state }: RunEntry): boolean => state === 'running';

/** A name for a place that says nothing of it, and is the same after a restart. */
function identify(inside: Inside, directory: string): string {
  return createHash('sha256').update(path.relative(inside.root, directory)).digest('hex').slice(0, 16);
}

function isFolder(link: string): boolean {
  try {
    return fs.statSync(link).isDirectory();
  } catch {
    return false;
  }
}

export type { RunRow };
