/** The chart of the first page: curves of runs, or mean and spread of groups of them, with what may be chosen about it. */
import { useEffect, useState } from 'preact/hooks';
import type { GroupSeries, RunRow } from '../src/shared/api.ts';
import type { Group } from '../src/shared/grouping.ts';
import { Chart, hasValues, type Line } from './chart.tsx';
import { Legend } from './legend.tsx';
import { read } from './server.ts';
import { generation, onPoints, show, view } from './state.ts';
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
  const names = new Map(runs.map(({ id, name }) => [id, name]));
  const lines: Line[] = isGrouped
    ? spreads.flatMap((one, i) =>
        groups[i]
          ? [{ name: `${groups[i].label} (${one.runs})`, colour: i, x: one.x, y: one.mean, band: one }]
          : [],
      )
    : series.flatMap(({ id, x, y, smooth }, i): Line[] => {
        const name = names.get(id) ?? id;
        const raw = { name, colour: i, x, y };
        return smooth
          ? [
              { ...raw, faint: true },
              { name, colour: i, x: smooth.x, y: smooth.y },
            ]
          : [raw];
      });
  const without = isLoading || error ? 0 : lines.filter((line) => !line.faint && !hasValues(line)).length;
  const axes = [
    'epoch',
    'step',
    'seconds',
    ...figures.filter((key) => !['epoch', 'step', 'seconds'].includes(key)),
  ];
  return (
    <section aria-label="curves" aria-busy={isLoading}>
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
      {error && <p class="error">{error}</p>}
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

function useGroups(groups: readonly Group[], y: string, x: string): readonly GroupSeries[] {
  const [spreads, setSpreads] = useState<readonly GroupSeries[]>([]);
  const [again, setAgain] = useState(0);
  const ids = groups.map(({ rows }) => rows.map(({ id }) => id).join(',')).join(';');
  useEffect(() => {
    if (ids === '' || y === '') {
      setSpreads([]);
      return;
    }
    const controller = new AbortController();
    read<GroupSeries[]>(`/api/groups?${new URLSearchParams({ groups: ids, y, x })}`, controller.signal)
      .then(setSpreads)
      .catch(() => {});
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
  return spreads;
}
