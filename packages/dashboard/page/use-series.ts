/** Curves of runs, read when what is asked for changes, and kept up with every new point. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Points, Series } from '../src/shared/api.ts';
import { Smoother } from '../src/shared/smooth.ts';
import { Refused, read } from './server.ts';
import { generation, onPoints } from './state.ts';

export interface Wanted {
  runs: readonly string[];
  y: string;
  x: string;
  smooth: number;
  zoom?: readonly [number, number];
}

export interface Curves {
  series: readonly Series[];
  error?: string;
  isLoading: boolean;
}

/** Points that may be added before a curve is thinned again by the server. */
const mostAdded = 2000;

export function useSeries({ runs, y, x, smooth, zoom }: Wanted): Curves {
  const [curves, setCurves] = useState<Curves>({ series: [], isLoading: true });
  const kept = useRef(new Map<string, Series>());
  const [again, setAgain] = useState(0);
  const added = useRef(0);
  const query = new URLSearchParams({ runs: runs.join(','), y, x, smooth: String(smooth) });
  if (zoom) {
    query.set('from', String(zoom[0]));
    query.set('to', String(zoom[1]));
  }
  const address = `/api/series?${query}`;

  useEffect(() => {
    const controller = new AbortController();
    if (runs.length === 0 || y === '') {
      kept.current = new Map();
      setCurves({ series: [], isLoading: false });
      return;
    }
    setCurves((before) => ({ ...before, isLoading: true }));
    read<Series[]>(address, controller.signal)
      .then((series) => {
        added.current = 0;
        kept.current = new Map(series.map((one) => [one.id, one]));
        setCurves({ series, isLoading: false });
      })
      .catch((error: unknown) => {
        if (controller.signal.aborted) return;
        const words = error instanceof Refused ? error.message : 'the server does not answer';
        setCurves({ series: [...kept.current.values()], isLoading: false, error: words });
      });
    return () => controller.abort();
  }, [address, generation.value, again]);

  useEffect(
    () =>
      onPoints((id, points) => {
        const one = kept.current.get(id);
        if (!one) return;
        const longer = grown(one, points, { x, y, smooth, zoom });
        if (longer === one) return;
        kept.current.set(id, longer);
        added.current += longer.x.length - one.x.length;
        if (added.current > mostAdded) setAgain((count) => count + 1);
        setCurves((before) => ({ ...before, series: [...kept.current.values()] }));
      }),
    [address],
  );
  return curves;
}

// --- internal ---

/** A curve with points more; the same where none of them belongs to it. */
function grown(one: Series, points: Points, { x, y, smooth, zoom }: Omit<Wanted, 'runs'>): Series {
  const gap = y.startsWith('gap.') ? y.slice(4) : undefined;
  const value = (i: number): number | null | undefined => {
    if (gap === undefined) return points[y]?.[i];
    const [valid, train] = [points[`valid.${gap}`]?.[i], points[`train.${gap}`]?.[i]];
    return typeof valid === 'number' && typeof train === 'number' ? valid - train : undefined;
  };
  const has = new Set(Object.keys(points));
  const xs = points[x];
  if (!xs || (gap === undefined && !has.has(y))) return one;
  const more = xs.flatMap((at, i) => {
    const isThere = at !== null && value(i) !== undefined && (!zoom || (at >= zoom[0] && at <= zoom[1]));
    return isThere ? [{ at, value: value(i) as number | null }] : [];
  });
  if (more.length === 0) return one;
  const next: Series = {
    ...one,
    x: [...one.x, ...more.map(({ at }) => at)],
    y: [...one.y, ...more.map(({ value }) => value)],
    count: one.count + more.length,
  };
  if (one.smooth) {
    const smoother = new Smoother(
      smooth,
      one.smooth.seen,
      one.smooth.y.findLast((value) => value !== null) ?? 0,
    );
    const means = more.map(({ value }) => smoother.next(value ?? Number.POSITIVE_INFINITY));
    next.smooth = {
      x: [...one.smooth.x, ...more.map(({ at }) => at)],
      y: [...one.smooth.y, ...means],
      seen: smoother.seen,
    };
  }
  return next;
}
