/** What all parts of the page share: the view in the address, the runs, and what happens to them. */
import { batch, computed, signal } from '@preact/signals';
import type { Points, RunList, RunRow, ServerEvent, ServerState, StudyRow } from '../src/shared/api.ts';
import { namesOf } from '../src/shared/cells.ts';
import { Pace } from '../src/shared/pace.ts';
import { searchOf, type View, viewOf } from '../src/shared/view.ts';
import { read } from './server.ts';

export const view = signal<View>(viewOf(location.search));
export const about = signal<ServerState>({ name: '', readOnly: true, words: {} });
export const runs = signal<ReadonlyMap<string, RunRow>>(new Map());
export const studies = signal<ReadonlyMap<string, StudyRow>>(new Map());
export const leftOut = signal<RunList['leftOut']>([]);
/** whether the server answers */
export const connection = signal<'opening' | 'live' | 'lost'>('opening');
/** counts how often everything was read anew: curves are read again, too */
export const generation = signal(0);

export const rows = computed(() => [...runs.value.values()]);
/** what runs are called among the others, by id */
export const names = computed(() => namesOf(rows.value));

/** Changes the view; what was typed or dragged replaces the address, a step to something else is one to go back from. */
export function show(change: Partial<View> | View, { step = false } = {}): void {
  const next = { ...view.value, ...change };
  const address = location.pathname + searchOf(next);
  if (step) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  view.value = next;
}

/** Gets new rows of a run, or none where its curves are to be read anew. */
type Listener = (id: string, points: Points | undefined) => void;
const listeners = new Set<Listener>();

/** Calls `listener` with what is new of the curves of runs until the returned function is called. */
export function onPoints(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Reads everything, and goes on with what happens from there. */
export async function open(): Promise<void> {
  addEventListener('popstate', () => {
    view.value = viewOf(location.search);
  });
  // What happened while the page was out of sight is read when somebody looks again.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && isBehind) void readAnew();
  });
  about.value = await read<ServerState>('/api/state');
  const after = await readAll();
  const source = new EventSource(`/api/events?after=${encodeURIComponent(after)}`);
  source.onopen = () => {
    connection.value = 'live';
    if (isBehind && !document.hidden) void readAnew();
  };
  source.onerror = () => {
    connection.value = 'lost';
  };
  for (const type of ['run', 'gone', 'study', 'reset'] as const) {
    source.addEventListener(type, ({ data }) => happened(JSON.parse(data) as ServerEvent));
  }
}

// --- internal ---

async function readAll(): Promise<string> {
  const list = await read<RunList>('/api/runs');
  runs.value = new Map(list.runs.map((row) => [row.id, row]));
  studies.value = new Map(list.studies.map((row) => [row.id, row]));
  leftOut.value = list.leftOut;
  return list.after;
}

/** Runs that changed, with what is new of their curves; shown together with the next picture, however many there are. */
const changed = new Map<string, { row?: RunRow; anew: boolean; points: Points }>();
/** whether something happened that nobody saw */
let isBehind = false;
const pace = new Pace(async () => {
  const began = performance.now();
  flush();
  const computed = performance.now() - began;
  return computed + (await painted());
});

function happened(event: ServerEvent): void {
  if (document.hidden) isBehind = true;
  else if (event.type === 'reset') void readAnew();
  else if (event.type === 'study') studies.value = new Map(studies.value).set(event.row.id, event.row);
  else {
    if (event.type === 'gone') changed.set(event.id, { anew: true, points: [] });
    else {
      const { row, points = [], anew = false } = event;
      const before = changed.get(row.id) ?? { anew: false, points: [] };
      changed.set(row.id, { row, anew: anew || before.anew, points: [...before.points, ...points] });
    }
    pace.want();
  }
}

/** Reads everything anew; where the server does not answer, when it does. */
async function readAnew(): Promise<void> {
  changed.clear();
  isBehind = false;
  try {
    await readAll();
    generation.value++;
  } catch {
    isBehind = true;
  }
}

function flush(): void {
  const next = new Map(runs.value);
  const stay = new Map(studies.value);
  batch(() => {
    for (const [id, { row, anew, points }] of changed) {
      if (row) next.set(id, row);
      else {
        next.delete(id);
        stay.delete(id);
      }
      if (row && (anew || points.length > 0))
        for (const listener of listeners) listener(id, anew ? undefined : points);
    }
    changed.clear();
    runs.value = next;
    if (stay.size < studies.value.size) studies.value = stay;
  });
}

/** Milliseconds from the next picture on until it stands; none where nobody looks. */
const painted = (): Promise<number> =>
  new Promise((resolve) => {
    if (document.hidden) return resolve(0);
    requestAnimationFrame(() => {
      const began = performance.now();
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now() - began);
      port2.postMessage(undefined);
    });
  });
