/** What a run observed while it trained, whatever it is: numbers by name over time. */

/** A line of `metrics.jsonl` with the event `observe`. */
export interface ObserveLine {
  event: 'observe';
  epoch?: number;
  step?: number;
  /** what was observed, e.g. `spectral-radius` */
  name: string;
  values: Record<string, unknown>;
}

/** All numbers of one name. */
export interface ObservedSeries {
  name: string;
  /** what x counts */
  axis: 'epoch' | 'step';
  x: (number | null)[];
  /** by key, as long as x; null where the event has no such number */
  series: Map<string, (number | null)[]>;
}

/** The observations among the events of a run, in the order in which their names appear. */
export function observationsOf(events: readonly { event: string }[]): ObservedSeries[] {
  const byName = new Map<string, ObserveLine[]>();
  for (const event of events) {
    if (!isObserve(event)) continue;
    const others = byName.get(event.name);
    if (others) others.push(event);
    else byName.set(event.name, [event]);
  }
  return Array.from(byName, ([name, list]) => collected(name, list)).filter(({ series }) => series.size > 0);
}

// --- internal ---

function isObserve(event: { event: string }): event is ObserveLine {
  const { name, values } = event as Partial<ObserveLine>;
  return (
    event.event === 'observe' && typeof name === 'string' && typeof values === 'object' && values !== null
  );
}

/** Over epochs where each has one event at most, else over steps. */
function collected(name: string, events: ObserveLine[]): ObservedSeries {
  const epochs = events.map(({ epoch }) => epoch);
  const axis =
    epochs.every((epoch) => typeof epoch === 'number') && new Set(epochs).size === epochs.length
      ? 'epoch'
      : 'step';
  const keys = [...new Set(events.flatMap(({ values }) => Object.keys(values)))];
  const series = keys
    .map((key): [string, (number | null)[]] => [key, events.map(({ values }) => numberOf(values[key]))])
    .filter(([, values]) => values.some((value) => value !== null));
  return { name, axis, x: events.map((event) => numberOf(event[axis])), series: new Map(series) };
}

const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
