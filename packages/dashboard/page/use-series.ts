/** Curves of runs, read when what is asked for changes, and kept up with every new point. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Points, Series } from '../src/shared/api.ts';
import { grown } from '../src/shared/grown.ts';
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
  const [curves, setCurves] = useState<Curves & { axes?: string }>({ series: [], isLoading: true });
  const kept = useRef(new Map<string, Series>());
  const [again, setAgain] = useState(0);
  const added = useRef(0);
  /** what was told since the curves were asked for: they may have been made before it */
  const told = useRef<{ id: string; points: Points }[] | undefined>(undefined);
  const query = new URLSearchParams({ runs: runs.join(','), y, x, smooth: String(smooth) });
  if (zoom) {
    query.set('from', String(zoom[0]));
    query.set('to', String(zoom[1]));
  }
  const address = `/api/series?${query}`;
  const shown = { x, y, smooth, zoom };
  const axes = `${x} ${y}`;

  useEffect(() => {
    const controller = new AbortController();
    if (runs.length === 0 || y === '') {
      kept.current = new Map();
      setCurves({ series: [], isLoading: false });
      return;
    }
    setCurves((before) => ({ ...before, isLoading: true }));
    told.current = [];
    read<Series[]>(address, controller.signal)
      .then((found) => {
        added.current = 0;
        const later = told.current ?? [];
        told.current = undefined;
        const series = found.map((one) =>
          later.reduce((so, { id, points }) => (id === one.id ? grown(so, points, shown) : so), one),
        );
        kept.current = new Map(series.map((one) => [one.id, one]));
        setCurves({ series, isLoading: false, axes });
      })
      .catch((error: unknown) => {
        if (controller.signal.aborted) return;
        const words = error instanceof Refused ? error.message : 'the server does not answer';
        setCurves((before) => ({ ...before, isLoading: false, error: words }));
      });
    return () => controller.abort();
  }, [address, generation.value, again]);

  useEffect(
    () =>
      onPoints((id, points) => {
        const one = kept.current.get(id);
        if (!points) {
          if (runs.includes(id)) setAgain((count) => count + 1);
          return;
        }
        told.current?.push({ id, points });
        if (!one) return;
        const longer = grown(one, points, shown);
        if (longer === one) return;
        kept.current.set(id, longer);
        added.current += longer.x.length - one.x.length;
        if (added.current > mostAdded) setAgain((count) => count + 1);
        setCurves((before) => ({ ...before, series: [...kept.current.values()] }));
      }),
    [address],
  );
  // Curves of another figure would stand under the name of this one.
  return curves.axes === axes ? curves : { ...curves, series: [] };
}
