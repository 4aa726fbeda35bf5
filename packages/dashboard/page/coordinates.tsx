/** Parallel coordinates: a vertical axis a setting and one for the result, a line a trial, the best in the strongest colour. */

import { domainOf, scaleOf } from '@lethe/lab/scales';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ShownTrial } from '../src/shared/api.ts';
import { save, svgText } from './save.ts';
import { rankColour } from './study-page.tsx';
import { Wide } from './wide.tsx';

interface CoordinatesProps {
  /** trials with a result, the best first */
  ranked: readonly ShownTrial[];
  parameters: readonly string[];
  logarithmic: readonly string[];
  metric: string;
}

const [top, bottom, height] = [16, 250, 296];
/** Pixels between two axes at least: with more of them the picture scrolls. */
const narrowest = 110;

export function Coordinates({ ranked, parameters, logarithmic, metric }: CoordinatesProps) {
  const frame = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const [room, setRoom] = useState(700);
  useLayoutEffect(() => {
    setRoom(frame.current!.clientWidth);
  }, []);
  const axes = [...parameters, metric];
  const width = Math.max(room - 4, narrowest * axes.length);
  const step = width / axes.length;
  const at = (i: number): number => step * (i + 0.5);
  const scales = axes.map((name) => {
    const values = ranked.map((trial) => (name === metric ? trial.value : trial.parameters[name]));
    const known = values.filter((value) => value !== undefined && value !== null);
    if (known.some((value) => typeof value === 'string')) {
      const words = [...new Set(known.map(String))].sort();
      const place = (value: unknown): number =>
        bottom - ((words.indexOf(String(value)) + 0.5) * (bottom - top)) / words.length;
      return { place, ticks: words.map((label) => ({ label, y: place(label) })) };
    }
    const kind = logarithmic.includes(name) ? 'log' : 'linear';
    const scale = scaleOf(kind, domainOf(kind, known as number[]), [bottom, top], 4);
    return {
      place: (value: unknown): number => (typeof value === 'number' ? scale.at(value) : Number.NaN),
      ticks: scale.ticks.map(({ value, label }) => ({ label, y: scale.at(value) })),
    };
  });
  return (
    <figure class="chart" ref={frame}>
      <figcaption>
        <span class="title">
          {ranked.length} {ranked.length === 1 ? 'trial' : 'trials'}, the better the stronger its line
        </span>
        <span class="tools">
          <button
            type="button"
            onClick={() => save('parallel-coordinates.svg', svgText(svg.current!), 'image/svg+xml')}
          >
            SVG
          </button>
        </span>
      </figcaption>
      <Wide label="parallel coordinates">
        <svg
          ref={svg}
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={`parallel coordinates of ${ranked.length} trials over ${axes.join(', ')}`}
        >
          {ranked.toReversed().map((trial, i) => {
            const places = axes.map(
              (name, a) =>
                [at(a), scales[a].place(name === metric ? trial.value : trial.parameters[name])] as const,
            );
            const there = places.filter(([, y]) => Number.isFinite(y));
            const rank = ranked.length - 1 - i;
            return (
              <path
                key={trial.number}
                d={`M${there.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`}
                fill="none"
                stroke={rankColour(rank, ranked.length)}
                stroke-width={rank === 0 ? 3.5 : 1.3}
              >
                <title>{`trial ${trial.number}`}</title>
              </path>
            );
          })}
          {axes.map((name, a) => (
            <g key={name}>
              <line x1={at(a)} x2={at(a)} y1={top} y2={bottom} stroke="var(--ink)" />
              {scales[a].ticks.map(({ label, y }) => (
                <g key={label}>
                  <line x1={at(a) - 3} x2={at(a)} y1={y} y2={y} stroke="var(--ink)" />
                  <text
                    x={at(a) + 5}
                    y={y + 4}
                    font-size="11"
                    fill="var(--ink)"
                    paint-order="stroke"
                    stroke="var(--paper)"
                    stroke-width="3"
                  >
                    {label.length > 16 ? `${label.slice(0, 15)}…` : label}
                  </text>
                </g>
              ))}
              <AxisName name={name} x={at(a)} room={step - 8} />
            </g>
          ))}
        </svg>
      </Wide>
    </figure>
  );
}

// --- internal ---

/** In two lines where one has no room. */
function AxisName({ name, x, room }: { name: string; x: number; room: number }) {
  const most = Math.floor(room / 6.2);
  const cut =
    name.length <= most
      ? name.length
      : Math.max(name.lastIndexOf('.', most), name.lastIndexOf(' ', most), 0) || most;
  const rest = name.slice(cut);
  return (
    <text x={x} y={bottom + 20} font-size="12" text-anchor="middle" fill="var(--ink)">
      {name.slice(0, cut)}
      {rest !== '' && (
        <tspan x={x} dy="14">
          {rest.length > most ? `${rest.slice(0, most - 1)}…` : rest}
        </tspan>
      )}
      <title>{name}</title>
    </text>
  );
}
