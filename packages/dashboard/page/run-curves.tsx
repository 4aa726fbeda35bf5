/** The chart of the first page: curves of runs, or mean and spread of groups of them, with what may be chosen about it. */
import { useEffect, useState } from 'preact/hooks';
import type { GroupSeries, RunRow } from '../src/shared/api.ts';
import type { Group } from '../src/shared/grouping.ts';
import { Chart, hasValues, type Line } from './chart.tsx';
import { Legend } from './legend.tsx';
import { Refused, read } from './server.ts';
import { generation, names, onPoints, show, view } from './state.ts';
import { useSeries } from './use-series.ts';
import { columnWords } from './words.ts';

interface RunCurvesProps {
  runs: readonly RunRow[];
  /** none: every run has a curve of its own */
  groups: readonly Group[];
  figures: readonly string[];
}

export function RunCurves({ runs, groups, figures }: RunCurvesProps) {
  const { y: chosen, x, logx, logy, smooth, zoom: stretch } = view.value;
  const first = runs.find((row) => row.metric !== undefined)?.metric;
  const y = chosen || (first === undefined ? '' : `valid.${first}`);
  const zoom = zoomOf(stretch);
  const weight = Math.min(0.99, Math.max(0, Number(smooth) || 0));
  const isGrouped = groups.length > 0;
  const { series, error, isLoading } = useSeries({
    runs: isGrouped ? [] : runs.map(({ id }) => id),
    y,
    x,
    smooth: weight,
    zoom,
  });
  const spreads = useGroups(groups, y, x);
  const lines: Line[] = isGrouped
    ? spreads.groups.map(({ label, ...one }, i) => ({
        ...{ name: `${label} (${one.runs})`, colour: i, x: one.x, y: one.mean, band: one },
      }))
    : series.flatMap(({ id, x, y, smooth }, i): Line[] => {
        const name = names.value.get(id) ?? id;
        const raw = { name, colour: i, x, y };
        return smooth
          ? [
              { ...raw, faint: true },
              { name, colour: i, x: smooth.x, y: smooth.y },
            ]
          : [raw];
      });
  const said = error ?? spreads.error;
  const isBusy = isLoading || spreads.isLoading;
  const without = isBusy || said ? 0 : lines.filter((line) => !line.faint && !hasValues(line)).length;
  const axes = [
    'epoch',
    'step',
    'seconds',
    ...figures.filter((key) => !['epoch', 'step', 'seconds'].includes(key)),
  ];
  return (
    <section aria-label="curves" aria-busy={isBusy}>
      <div class="bar">
        <Choice
          label="Y axis"
          value={y}
          options={figures}
          onChange={(value) => show({ y: value, zoom: '' })}
        />
        <Choice label="X axis" value={x} options={axes} onChange={(value) => show({ x: value, zoom: '' })} />
        <LogBox label="log y" isOn={logy !== ''} onChange={(value) => show({ logy: value })} />
        <LogBox label="log x" isOn={logx !== ''} onChange={(value) => show({ logx: value })} />
        {!isGrouped && (
          <label>
            Smoothing
            <input
              type="range"
              min="0"
              max="0.99"
              step="0.01"
              value={weight}
              onInput={(event) => show({ smooth: event.currentTarget.value })}
            />
            <output>{weight.toFixed(2)}</output>
          </label>
        )}
      </div>
      {said && <p class="error">{said}</p>}
      <Chart
        title={columnWords(y)}
        x={axisWords(x)}
        y={columnWords(y)}
        lines={lines}
        logX={logx !== ''}
        logY={logy !== ''}
        whole={x === 'epoch' || x === 'step'}
        zoom={zoom}
        onZoom={(range) =>
          show({ zoom: range ? range.map((one) => Number(one.toPrecision(6))).join(':') : '' })
        }
        height={340}
      />
      <Legend lines={lines} />
      {without > 0 && y !== '' && (
        <p class="note">
          {without} of {isGrouped ? groups.length : runs.length} {isGrouped ? 'groups' : 'runs'} have no curve
          of {columnWords(y)}.
        </p>
      )}
      {isGrouped && (
        <p class="note">
          Mean and one standard deviation over all points that the runs of a group have in common.
        </p>
      )}
    </section>
  );
}

/** A choice among columns. */
export function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly string[];
  onChange(value: string): void;
}) {
  const all = options.includes(value) || value === '' ? options : [value, ...options];
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {all.map((key) => (
          <option key={key} value={key}>
            {columnWords(key)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Whether an axis is logarithmic, as the address has it. */
export function LogBox({
  label,
  isOn,
  onChange,
}: {
  label: string;
  isOn: boolean;
  onChange(value: '' | '1'): void;
}) {
  return (
    <label>
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked ? '1' : '')}
      />{' '}
      {label}
    </label>
  );
}

/** With the unit of what every history has. */
export const axisWords = (x: string): string =>
  x === 'seconds'
    ? 'seconds of work'
    : x === 'epoch'
      ? 'epoch'
      : x === 'step'
        ? 'training steps'
        : columnWords(x);

// --- internal ---

function zoomOf(text: string): readonly [number, number] | undefined {
  const [from, to] = text.split(':').map(Number);
  return text !== '' && from < to ? [from, to] : undefined;
}

/** Milliseconds between two readings of groups that grow. */
const pause = 2000;

interface Spreads {
  /** each with the name that it had when it was asked for: groups come, go and change places */
  groups: readonly (GroupSeries & { label: string })[];
  /** what they are of */
  axes?: string;
  isLoading: boolean;
  error?: string;
}

function useGroups(groups: readonly Group[], y: string, x: string): Spreads {
  const [spreads, setSpreads] = useState<Spreads>({ groups: [], isLoading: false });
  const [again, setAgain] = useState(0);
  const ids = groups.map(({ rows }) => rows.map(({ id }) => id).join(',')).join(';');
  const axes = `${x} ${y}`;
  useEffect(() => {
    if (ids === '' || y === '') {
      setSpreads({ groups: [], isLoading: false });
      return;
    }
    const controller = new AbortController();
    const labels = groups.map(({ label }) => label);
    setSpreads((before) => ({ ...before, isLoading: true }));
    read<GroupSeries[]>(`/api/groups?${new URLSearchParams({ groups: ids, y, x })}`, controller.signal)
      .then((found) =>
        setSpreads({
          groups: found.map((one, i) => ({ ...one, label: labels[i] })),
          axes,
          isLoading: false,
        }),
      )
      .catch((error: unknown) => {
        if (controller.signal.aborted) return;
        const words = error instanceof Refused ? error.message : 'the server does not answer';
        setSpreads((before) => ({ ...before, isLoading: false, error: words }));
      });
    return () => controller.abort();
  }, [ids, y, x, generation.value, again]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onPoints((id) => {
      if (timer || !ids.includes(id)) return;
      timer = setTimeout(() => {
        timer = undefined;
        setAgain((count) => count + 1);
      }, pause);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [ids]);
  // Those of another figure would stand under the name of this one.
  return spreads.axes === axes ? spreads : { ...spreads, groups: [] };
}
