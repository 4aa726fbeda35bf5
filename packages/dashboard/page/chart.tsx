/**
 * A chart of lines, bands and points as SVG, with the ticks and colours of all pictures of Lethe. A stretch of x is chosen by dragging;
 * the keys ← and → read values, Escape shows everything again.
 */

import { domainOf, extremes, type ScaleKind, scaleOf, shortNumber } from '@lethe/lab/scales';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { csvOf, save, svgText } from './save.ts';
import { Wide } from './wide.tsx';

export interface Line {
  name: string;
  /** number of its colour */
  colour: number;
  x: readonly number[];
  y: readonly (number | null)[];
  /** a raw line behind a smooth one */
  faint?: boolean;
  points?: boolean;
  band?: { low: readonly (number | null)[]; high: readonly (number | null)[] };
  dash?: string;
}

export interface ChartProps {
  title: string;
  x: string;
  y: string;
  lines: readonly Line[];
  logX?: boolean;
  logY?: boolean;
  /** of y, at least, on a linear axis */
  range?: readonly [number, number];
  /** of y, at most: what is above is cut */
  most?: number;
  /** called where somebody drags: x, and how far up between the axis and the top */
  onPlace?(x: number, share: number): void;
  /** ticks at whole numbers of x */
  whole?: boolean;
  height?: number;
  zoom?: readonly [number, number];
  onZoom?(range: readonly [number, number] | undefined): void;
  /** words for places of x that are no numbers */
  places?: readonly string[];
}

const margin = { top: 8, right: 14, bottom: 44, left: 66 };

export function Chart(props: ChartProps) {
  const { title, lines, height = 300, zoom, onZoom, onPlace, places } = props;
  const frame = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const width = useWidth(frame);
  const [drag, setDrag] = useState<readonly [number, number] | undefined>();
  const [cursor, setCursor] = useState<number | undefined>();
  const [isTable, setTable] = useState(false);
  const [isDragging, setDragging] = useState(false);
  const [left, right, top, bottom] = [
    margin.left,
    Math.max(margin.left + 60, width - margin.right),
    margin.top,
    height - margin.bottom,
  ];
  const kindX: ScaleKind = props.logX ? 'log' : 'linear';
  const kindY: ScaleKind = props.logY ? 'log' : 'linear';
  const xs = lines.map(({ x }) => x);
  const domainX = places
    ? ([-0.5, places.length - 0.5] as const)
    : (zoom ?? (lines.some(({ points }) => points) ? domainOf(kindX, ...xs) : tight(kindX, xs)));
  const ys = lines.flatMap(({ x, y, band }) =>
    [y, ...(band ? [band.low, band.high] : [])].map((part) => within(x, part, domainX)),
  );
  // One tick alone makes no axis: on a small screen they stand closer.
  const wanted = Math.max(Math.min(5, (right - left) / 50), (right - left) / 90);
  const x = scaleOf(kindX, domainX, [left, right], wanted, props.whole);
  const domainY =
    props.range && kindY === 'linear'
      ? around(props.range, extremes(kindY, ys), props.most)
      : domainOf(kindY, ...ys);
  const y = scaleOf(kindY, domainY, [bottom, top], Math.max(2, (bottom - top) / 36));
  const ticksX = places ? places.map((label, value) => ({ value, label })) : x.ticks;
  const isEmpty = !lines.some(hasValues);
  // Two charts of a page may have the same title.
  const clip = useId();

  const valueAt = (pixel: number): number => {
    const share = (Math.min(right, Math.max(left, pixel)) - left) / (right - left);
    const [low, high] = domainX;
    return kindX === 'log' ? low * (high / low) ** share : low + share * (high - low);
  };
  const pixelOf = (event: PointerEvent): number => event.clientX - svg.current!.getBoundingClientRect().left;
  const place = (event: PointerEvent): void => {
    const up = bottom - (event.clientY - svg.current!.getBoundingClientRect().top);
    onPlace?.(valueAt(pixelOf(event)), Math.min(1, Math.max(0, up / (bottom - top))));
  };
  const drop = (): void => {
    if (drag && Math.abs(x.at(drag[0]) - x.at(drag[1])) > 5) onZoom?.([Math.min(...drag), Math.max(...drag)]);
    setDrag(undefined);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      onZoom?.(undefined);
      setCursor(undefined);
    }
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    const step = ((event.key === 'ArrowRight' ? 1 : -1) * (right - left)) / 40;
    setCursor(valueAt((cursor === undefined ? left : x.at(cursor)) + step));
  };
  const near = cursor === undefined ? [] : nearest(lines, cursor, kindX === 'log');
  const description = `${title}: ${props.y} against ${props.x}; ${lines.filter(({ faint }) => !faint).length} lines`;

  return (
    <figure class="chart" ref={frame}>
      <figcaption>
        <span class="title">{title}</span>
        <span class="tools">
          {zoom && (
            <button type="button" onClick={() => onZoom?.(undefined)}>
              show all
            </button>
          )}
          <button type="button" onClick={() => setTable(!isTable)} aria-expanded={isTable}>
            numbers
          </button>
          <button type="button" onClick={() => save(`${fileName(title)}.csv`, tableCsv(props), 'text/csv')}>
            CSV
          </button>
          <button
            type="button"
            onClick={() => save(`${fileName(title)}.svg`, svgText(svg.current!), 'image/svg+xml')}
          >
            SVG
          </button>
        </span>
      </figcaption>
      <div
        class={onPlace ? 'plot held' : 'plot'}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read values of the chart
        tabIndex={0}
        role="application"
        aria-label={`${description}. Arrow keys read values${onZoom ? ', Escape shows all' : ''}.`}
        onKeyDown={onKey}
        onBlur={() => setCursor(undefined)}
      >
        <svg
          ref={svg}
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={description}
          onPointerDown={(event) => {
            if ((!onZoom && !onPlace) || event.button !== 0) return;
            svg.current!.setPointerCapture(event.pointerId);
            if (onPlace) {
              setDragging(true);
              place(event);
              return;
            }
            setDrag([valueAt(pixelOf(event)), valueAt(pixelOf(event))]);
          }}
          onPointerMove={(event) => {
            setCursor(valueAt(pixelOf(event)));
            if (isDragging) place(event);
            if (drag) setDrag([drag[0], valueAt(pixelOf(event))]);
          }}
          onPointerUp={() => {
            setDragging(false);
            drop();
          }}
          onPointerLeave={() => {
            if (!drag) setCursor(undefined);
          }}
          onDblClick={() => onZoom?.(undefined)}
        >
          <clipPath id={clip}>
            <rect x={left} y={top} width={right - left} height={bottom - top} />
          </clipPath>
          {ticksX.map(({ value, label }) => (
            <g key={label}>
              <line x1={x.at(value)} x2={x.at(value)} y1={top} y2={bottom} stroke="var(--grid)" />
              <text x={x.at(value)} y={bottom + 16} text-anchor="middle" font-size="11" fill="var(--muted)">
                {places ? shortened(label, (right - left) / places.length) : label}
              </text>
            </g>
          ))}
          {y.ticks.map(({ value, label }) => (
            <g key={label}>
              <line x1={left} x2={right} y1={y.at(value)} y2={y.at(value)} stroke="var(--grid)" />
              <text x={left - 6} y={y.at(value) + 4} text-anchor="end" font-size="11" fill="var(--muted)">
                {label}
              </text>
            </g>
          ))}
          <g clip-path={`url(#${clip})`}>
            {lines.map(({ band, x: at, colour }, i) =>
              band ? (
                <path
                  key={`band${i}`}
                  d={bandPath(at, band, x.at, y.at)}
                  fill={`var(--series-${colour % 8})`}
                  opacity="0.18"
                />
              ) : null,
            )}
            {lines.map((line, i) => (
              <LineMark key={`line${i}`} line={line} x={x.at} y={y.at} />
            ))}
          </g>
          <rect
            x={left}
            y={top}
            width={right - left}
            height={bottom - top}
            fill="none"
            stroke="var(--muted)"
          />
          <text x={(left + right) / 2} y={height - 8} text-anchor="middle" font-size="12" fill="var(--ink)">
            {props.x}
          </text>
          {inLines(props.y, bottom - top).map((text, i, { length }) => {
            const at = length === 1 ? 14 : 10 + 12 * i;
            return (
              <text
                key={i}
                x={at}
                y={(top + bottom) / 2}
                text-anchor="middle"
                font-size={length === 1 ? 12 : 11}
                fill="var(--ink)"
                transform={`rotate(-90 ${at} ${(top + bottom) / 2})`}
              >
                {text}
              </text>
            );
          })}
          {isEmpty && (
            <text
              x={(left + right) / 2}
              y={(top + bottom) / 2}
              text-anchor="middle"
              font-size="13"
              fill="var(--muted)"
            >
              no values yet
            </text>
          )}
          {cursor !== undefined && !isEmpty && (
            <g data-screen>
              <line
                x1={x.at(cursor)}
                x2={x.at(cursor)}
                y1={top}
                y2={bottom}
                stroke="var(--muted)"
                stroke-dasharray="3 3"
              />
              {near.map(({ line, i }) => (
                <circle
                  key={line.name}
                  cx={x.at(line.x[i])}
                  cy={y.at(line.y[i]!)}
                  r="3.5"
                  fill={`var(--series-${line.colour % 8})`}
                />
              ))}
            </g>
          )}
          {drag && (
            <rect
              data-screen
              x={Math.min(x.at(drag[0]), x.at(drag[1]))}
              width={Math.abs(x.at(drag[1]) - x.at(drag[0]))}
              y={top}
              height={bottom - top}
              fill="var(--accent)"
              opacity="0.15"
            />
          )}
        </svg>
        {near.length > 0 && (
          <div class={`reading ${x.at(cursor!) > (left + right) / 2 ? 'onleft' : 'onright'}`} role="status">
            {near.slice(0, 10).map(({ line, i }) => (
              <div key={line.name}>
                <i class={`swatch series-${line.colour % 8}`} /> {line.name}:{' '}
                <b>{shortNumber(line.y[i]!, undefined, 5)}</b> at {shortNumber(line.x[i], undefined, 6)}
              </div>
            ))}
            {near.length > 10 && <div>and {near.length - 10} more</div>}
          </div>
        )}
      </div>
      {isTable && <Numbers {...props} />}
    </figure>
  );
}

/** Whether a line has anything to draw. */
export const hasValues = ({ y }: Line): boolean => y.some((value) => value !== null);

// --- internal ---

type At = (value: number) => number;

function LineMark({ line, x, y }: { line: Line; x: At; y: At }) {
  const colour = `var(--series-${line.colour % 8})`;
  const numbers = line.y.filter((value) => value !== null).length;
  if (line.points || numbers === 1) {
    return (
      <g>
        {line.x.map((at, i) => {
          const value = line.y[i];
          if (value === null || !Number.isFinite(x(at)) || !Number.isFinite(y(value))) return null;
          return (
            <circle
              key={i}
              cx={x(at)}
              cy={y(value)}
              r={line.points ? 4 : 3}
              fill={colour}
              fill-opacity="0.75"
            >
              <title>{`${line.name}: ${shortNumber(value, undefined, 5)} at ${shortNumber(at, undefined, 6)}`}</title>
            </circle>
          );
        })}
      </g>
    );
  }
  return (
    <path
      d={linePath(line.x, line.y, x, y)}
      fill="none"
      stroke={colour}
      stroke-width={line.faint ? 1 : 1.7}
      stroke-dasharray={line.dash}
      opacity={line.faint ? 0.3 : 1}
      stroke-linejoin="round"
    />
  );
}

function linePath(xs: readonly number[], ys: readonly (number | null)[], x: At, y: At): string {
  let path = '';
  let isOpen = false;
  for (let i = 0; i < xs.length; i++) {
    const value = ys[i];
    const [px, py] = [x(xs[i]), value === null ? Number.NaN : y(value)];
    if (!Number.isFinite(px) || !Number.isFinite(py)) isOpen = false;
    else {
      path += `${isOpen ? 'L' : 'M'}${px.toFixed(1)} ${py.toFixed(1)}`;
      isOpen = true;
    }
  }
  return path;
}

function bandPath(xs: readonly number[], { low, high }: NonNullable<Line['band']>, x: At, y: At): string {
  const there = [...xs.keys()].filter(
    (i) => low[i] !== null && high[i] !== null && Number.isFinite(x(xs[i])) && Number.isFinite(y(high[i]!)),
  );
  if (there.length < 2) return '';
  const floor = (value: number, instead: number): number =>
    Number.isFinite(y(value)) ? y(value) : y(instead);
  const up = there.map((i) => `${x(xs[i]).toFixed(1)} ${y(high[i]!).toFixed(1)}`);
  const down = there.toReversed().map((i) => `${x(xs[i]).toFixed(1)} ${floor(low[i]!, high[i]!).toFixed(1)}`);
  return `M${[...up, ...down].join('L')}Z`;
}

/** Without air at the sides: curves begin and end there. */
function tight(kind: ScaleKind, xs: readonly (readonly number[])[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const part of xs) {
    for (const value of part) {
      if (kind === 'log' && value <= 0) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low < high ? [low, high] : domainOf(kind, ...xs);
}

/** A range with all that lies beyond it, and a hair's breadth of air for lines along its ends. */
function around(
  [low, high]: readonly [number, number],
  [least, most]: readonly [number, number] = [low, high],
  cut = Number.POSITIVE_INFINITY,
): [number, number] {
  const [from, to] = [Math.min(low, least), Math.min(cut, Math.max(high, most))];
  const air = (to - from) / 50;
  return [from - air, to + air];
}

const within = (
  x: readonly number[],
  y: readonly (number | null)[],
  [low, high]: readonly [number, number],
) => y.filter((_, i) => x[i] >= low && x[i] <= high);

/** Of every line the point nearest to a place, in the order of the lines. */
function nearest(lines: readonly Line[], at: number, isLog: boolean): { line: Line; i: number }[] {
  const far = (x: number): number => (isLog ? Math.abs(Math.log(x / at)) : Math.abs(x - at));
  return lines
    .filter(({ faint, points }) => !faint && !points)
    .flatMap((line) => {
      let best = -1;
      for (let i = 0; i < line.x.length; i++) {
        if (line.y[i] !== null && (best < 0 || far(line.x[i]) < far(line.x[best]))) best = i;
      }
      return best < 0 ? [] : [{ line, i: best }];
    });
}

function useWidth(frame: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(600);
  const observe = (): (() => void) => {
    const element = frame.current!;
    setWidth(Math.max(220, Math.floor(element.clientWidth)));
    const observer = new ResizeObserver(() => setWidth(Math.max(220, Math.floor(element.clientWidth))));
    observer.observe(element);
    return () => observer.disconnect();
  };
  useLayoutEffect(observe, []);
  return width;
}

/** Rows that a table in the page shows. */
const mostRows = 400;

function Numbers({ lines, x, y }: ChartProps) {
  const rows = lines.flatMap((line) => line.x.map((at, i) => ({ name: line.name, at, value: line.y[i] })));
  return (
    <Wide label={`numbers: ${y}`} kind="numbers">
      <table>
        <thead>
          <tr>
            <th scope="col">line</th>
            <th scope="col" class="number">
              {x}
            </th>
            <th scope="col" class="number">
              {y}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, mostRows).map(({ name, at, value }, i) => (
            <tr key={i}>
              <td>{name}</td>
              <td class="number">{shortNumber(at, undefined, 6)}</td>
              <td class="number">{value === null ? 'not finite' : shortNumber(value, undefined, 6)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > mostRows && <p class="note">{rows.length - mostRows} more in the CSV file.</p>}
    </Wide>
  );
}

function tableCsv({ lines, x, y }: ChartProps): string {
  const rows = lines.flatMap((line) =>
    line.x.map((at, i) => [line.name, at, line.y[i], line.band?.low[i] ?? null, line.band?.high[i] ?? null]),
  );
  return csvOf(['line', x, y, 'low', 'high'], rows);
}

const fileName = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60) || 'chart';

/** A name of an axis in one line, or in two where one has no room. */
function inLines(text: string, room: number): string[] {
  if (shortened(text, room) === text) return [text];
  const words = text.split(' ');
  const cuts = words.slice(1).map((_, i) => [words.slice(0, i + 1).join(' '), words.slice(i + 1).join(' ')]);
  const longest = (lines: readonly string[]): number => Math.max(...lines.map(({ length }) => length));
  const [best = [text]] = cuts.toSorted((a, b) => longest(a) - longest(b));
  return best.map((line) => shortened(line, room));
}

/** About as many characters as have room. */
const shortened = (text: string, room: number): string => {
  const most = Math.max(3, Math.floor(room / 6.3));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
};
