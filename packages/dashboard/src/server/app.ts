/** The requests that are answered. Everything that comes in goes through a schema or is looked up by an opaque id. */

import path from 'node:path';
import {
  byWorth,
  decidingWords,
  metricLabel,
  metricWords,
  type ReportedStudy,
  studyParts,
  taskKinds,
  trialValue,
} from '@lethe/lab/internal';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { LetheError } from 'lethe';
import { z } from 'zod';
import type { Histories } from '../files/histories.ts';
import {
  groupsQuery,
  predictBody,
  type RunList,
  requests,
  resolveBody,
  resumeBody,
  type ServerState,
  type StudyPage,
  type StudyRow,
  sampleBody,
  seriesQuery,
  startBody,
  uncertaintyBody,
} from '../shared/api.ts';
import { predictionsOf, sampleOf, uncertaintyOf } from './answers.ts';
import type { Asset } from './assets.ts';
import type { Command } from './children.ts';
import { CannotDo, resolved, resumeRun, startRun, stopRun } from './control.ts';
import { events } from './events.ts';
import type { Feed } from './feed.ts';
import { forms } from './forms.ts';
import { guard, pictureHeaders } from './guard.ts';
import { importance } from './importance.ts';
import type { Library } from './library.ts';
import { MadeSections } from './made-sections.ts';
import { type PagePicture, type ShownSections, shownParts } from './page-parts.ts';
import type { RunEntry } from './run-entry.ts';
import { runPage, runSections } from './run-page.ts';
import { groupsOf, seriesOf } from './series.ts';

export interface AppOptions {
  library: Library;
  histories: Histories;
  feed: Feed;
  assets: ReadonlyMap<string, Asset>;
  command: Command;
  /** of the directory that is shown */
  name: string;
  token: string;
  readOnly: boolean;
  port(): number;
  /** set when the server closes */
  closing: AbortSignal;
}

/** Bytes of a request's body. */
const largestBody = 1_000_000;

export function app(options: AppOptions): Hono {
  const { library, histories, feed, command } = options;
  const hono = new Hono();
  hono.use(guard(options));
  hono.use(
    bodyLimit({ maxSize: largestBody, onError: (c) => c.json({ error: 'the body is too large' }, 413) }),
  );
  hono.notFound((c) => c.json({ error: 'there is nothing of this name' }, 404));
  hono.onError((error, c) => {
    if (error instanceof CannotDo) return c.json({ error: error.message }, error.status);
    if (error instanceof z.ZodError) return c.json({ error: wordsOf(error) }, 422);
    if (error instanceof LetheError) return c.json({ error: error.message.slice(0, 2000) }, 422);
    return c.json({ error: `unexpected failure: ${error.message.slice(0, 500)}` }, 500);
  });

  hono.get('/api/state', (c) => c.json(stateOf(options)));
  hono.get('/api/schema', (c) =>
    c.json(
      Object.fromEntries(
        Object.entries(requests).map(([name, schema]) => [
          name,
          z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
        ]),
      ),
    ),
  );
  hono.get('/api/runs', (c) => {
    const { runs, studies, leftOut } = library;
    return c.json({ runs: runs.map(({ row }) => row), studies, leftOut, after: feed.last } satisfies RunList);
  });
  hono.get('/api/events', (c) => events(c, feed, options.closing));
  hono.get('/api/series', async (c) =>
    c.json(await seriesOf(library, histories, seriesQuery.parse(c.req.query()))),
  );
  hono.get('/api/groups', async (c) =>
    c.json(await groupsOf(library, histories, groupsQuery.parse(c.req.query()))),
  );
  hono.get('/api/forms', (c) => c.json(forms()));

  const made = new MadeSections();
  const sectionsOf = (entry: RunEntry) => runSections(entry, library.inside, made);
  hono.get('/api/runs/:id', async (c) => {
    const entry = runOf(c, library);
    const columns = await histories.use(entry.metrics, [], ({ names }) => names);
    return c.json(await runPage(entry, library.inside, columns, await sectionsOf(entry)));
  });
  const pictureOf = (c: Context, pictures: readonly PagePicture[]): Response => {
    const [place, ending] = (c.req.param('file') ?? '').split('.');
    const picture = pictures[Number(place)];
    if (!picture) throw new CannotDo(404, 'there is no such picture');
    return ending === 'svg'
      ? c.body(picture.svg, 200, { 'Content-Type': 'image/svg+xml', ...pictureHeaders })
      : c.body(picture.csv, 200, {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': `attachment; filename="picture-${Number(place)}.csv"`,
        });
  };
  hono.get('/api/runs/:id/pictures/:file{[0-9]+\\.(svg|csv)}', async (c) =>
    pictureOf(c, (await sectionsOf(runOf(c, library))).pictures),
  );
  hono.get('/api/studies/:id', (c) => c.json(studyPage(library, c.req.param('id'))));
  hono.get('/api/studies/:id/pictures/:file{[0-9]+\\.(svg|csv)}', (c) =>
    pictureOf(c, studySections(library, c.req.param('id')).pictures),
  );

  hono.post('/api/resolve', async (c) => c.json(resolved(await bodyOf(c, resolveBody))));
  hono.post('/api/start', async (c) => {
    const body = await bodyOf(c, startBody);
    const directory = await startRun(library.inside.root, command, body);
    await library.scan();
    // Its page is opened at once, which may be before the event comes that tells of it.
    const entry = library.run(library.idOf(directory) ?? '');
    if (!entry) throw new CannotDo(500, `${path.basename(directory)} was started, but is not among the runs`);
    return c.json(entry.row);
  });
  hono.post('/api/runs/:id/stop', async (c) => {
    stopRun(runOf(c, library));
    return c.json({});
  });
  hono.post('/api/runs/:id/resume', async (c) => {
    const entry = runOf(c, library);
    await resumeRun(entry, command, await bodyOf(c, resumeBody));
    await library.refresh(entry.id);
    return c.json({});
  });
  hono.post('/api/runs/:id/sample', async (c) =>
    c.json(await sampleOf(runOf(c, library), command, await bodyOf(c, sampleBody), c.req.raw.signal)),
  );
  hono.post('/api/runs/:id/predict', async (c) =>
    c.json(await predictionsOf(runOf(c, library), command, await bodyOf(c, predictBody), c.req.raw.signal)),
  );

  hono.post('/api/runs/:id/uncertainty', async (c) => {
    const body = await bodyOf(c, uncertaintyBody);
    return c.json(await uncertaintyOf(runOf(c, library), command, body, c.req.raw.signal));
  });

  hono.get('/', (c) => page(c, options, 'index.html'));
  hono.get('/assets/:name', (c) => page(c, options, c.req.param('name')));
  return hono;
}

// --- internal ---

function page(c: Context, { assets }: AppOptions, name: string): Response {
  const asset = assets.get(name);
  if (!asset) throw new CannotDo(404, 'there is nothing of this name');
  return c.body(asset.content as Uint8Array<ArrayBuffer>, 200, { 'Content-Type': asset.type });
}

/** The body of a request. Throws ZodError, and CannotDo for one that is no JSON. */
async function bodyOf<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  let body: unknown;
  try {
    body = await c.req.json();
  } catch {
    throw new CannotDo(422, 'the body is no JSON');
  }
  return schema.parse(body);
}

/** The run that a request names. Throws CannotDo for one that there is not. */
function runOf(c: Context, library: Library): RunEntry {
  const entry = library.run(c.req.param('id') ?? '');
  if (!entry) throw new CannotDo(404, 'there is no such run');
  return entry;
}

function stateOf({ name, readOnly }: AppOptions): ServerState {
  const names = [...new Set(taskKinds.flatMap(({ metrics }) => Object.keys(metrics)))];
  return {
    ...{ name, readOnly },
    words: Object.fromEntries(
      names.map((metric) => {
        const { better, counts } = metricWords(metric);
        return [metric, { label: metricLabel(metric), better, ...(counts && { isCount: true }) }];
      }),
    ),
  };
}

/** The study that a request names. Throws CannotDo for one that there is not. */
function studyOf(library: Library, id: string): { row: StudyRow; study: ReportedStudy } {
  const found = library.study(id);
  if (!found) throw new CannotDo(404, 'there is no such study');
  return found;
}

function studyPage(library: Library, id: string): StudyPage {
  const { row, study } = studyOf(library, id);
  const { metric, deciding = metric } = study;
  const ranked = study.trials
    .filter((trial) => trialValue(trial, metric) !== undefined)
    .toSorted((a, b) => byWorth(study, a, b));
  const ranks = new Map(ranked.map((trial, rank) => [trial, rank]));
  const trials = study.trials.map((trial) => {
    const { number, state, parameters, directory, seconds } = trial;
    return {
      ...{ number, state, parameters, seconds },
      value: trialValue(trial, metric) ?? null,
      rank: ranks.get(trial),
      run: directory === undefined ? undefined : library.idOf(directory),
    };
  });
  const { sections } = studySections(library, id);
  return {
    ...{ row, trials, deciding: decidingWords(deciding, metric), logarithmic: study.logarithmic },
    ...{ importance: importance(trials), sections },
  };
}

/** Of a journal as it was read, made once for the page and all its pictures. */
const madeOfStudies = new WeakMap<ReportedStudy, ShownSections>();

function studySections(library: Library, id: string): ShownSections {
  const { study } = studyOf(library, id);
  const known = madeOfStudies.get(study) ?? shownParts(studyParts(study), `/api/studies/${id}`);
  madeOfStudies.set(study, known);
  return known;
}

function wordsOf(error: z.ZodError): string {
  const [first] = error.issues;
  return `${first.path.join('.') || 'the request'}: ${first.message}`.slice(0, 500);
}
