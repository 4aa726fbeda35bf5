/** A mask over time and units: what is dropped is dark, what is kept light; noise that multiplies, by its value. */

import { rampColour, scaleOf } from '@lethe/lab/scales';
import { useRef } from 'preact/hooks';
import { type DrawnMask, units } from '../../src/explorer/drawn-masks.ts';
import { save, svgText } from '../save.ts';

const [left, top, size] = [46, 8, 9];

export function MaskPicture({ mask, label }: { mask: DrawnMask; label: string }) {
  return (
    <>
      {mask.grids.map(({ gate, values }) => (
        <Grid
          key={gate ?? ''}
          mask={mask}
          values={values}
          title={gate === undefined ? label : `${label}, gate ${gate}`}
        />
      ))}
    </>
  );
}

// --- internal ---

/** Values that have a colour of their own. */
const levels = 12;

function Grid({
  mask: { rows, columns, most, entries },
  values,
  title,
}: {
  mask: DrawnMask;
  values: readonly Float64Array[];
  title: string;
}) {
  const svg = useRef<SVGSVGElement>(null);
  const across = values[0].length;
  const [width, height] = [left + size * across + 10, top + size * units + 40];
  // One path a level: a thousand fields are a dozen elements.
  const paths = new Map<number, string>();
  for (const [row, line] of values.entries()) {
    for (const [column, value] of line.entries()) {
      const level = Math.max(0, Math.min(levels, Math.round((levels * value) / most)));
      const square = `M${left + size * column} ${top + size * row}h${size - 1}v${size - 1}h${1 - size}z`;
      paths.set(level, (paths.get(level) ?? '') + square);
    }
  }
  const isZoneout = entries.some(({ kind }) => kind === 'zoneout');
  const x = scaleOf('linear', [0, across], [left, left + size * across], 4, true);
  const y = scaleOf('linear', [0, units], [top, top + size * units], 4, true);
  const kept = values.reduce((sum, line) => sum + line.filter((value) => value > 0).length, 0);
  return (
    <figure class="chart mask">
      <figcaption>
        <span class="title">{title}</span>
        <span class="tools">
          <button
            type="button"
            aria-label={`SVG of ${title}`}
            onClick={() => save('mask.svg', svgText(svg.current!), 'image/svg+xml')}
          >
            SVG
          </button>
        </span>
      </figcaption>
      <svg
        ref={svg}
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label={`${title}: ${rows} against ${columns}; ${kept} of ${across * units} ${isZoneout ? 'keep their previous value' : 'are kept'}`}
      >
        {[...paths].map(([level, d]) => (
          <path key={level} d={d} fill={rampColour(0.06 + 0.88 * (1 - level / levels))} />
        ))}
        {x.ticks.map(({ value, label }) => (
          <text
            key={label}
            x={x.at(value) + size / 2}
            y={top + size * units + 14}
            text-anchor="middle"
            font-size="11"
            fill="var(--muted)"
          >
            {value < across ? label : ''}
          </text>
        ))}
        {y.ticks.map(({ value, label }) => (
          <text
            key={label}
            x={left - 5}
            y={y.at(value) + size}
            text-anchor="end"
            font-size="11"
            fill="var(--muted)"
          >
            {value < units ? label : ''}
          </text>
        ))}
        <text
          x={left + (size * across) / 2}
          y={height - 6}
          text-anchor="middle"
          font-size="12"
          fill="var(--ink)"
        >
          {columns}
        </text>
        <text
          x={13}
          y={top + (size * units) / 2}
          text-anchor="middle"
          font-size="12"
          fill="var(--ink)"
          transform={`rotate(-90 13 ${top + (size * units) / 2})`}
        >
          {rows}
        </text>
      </svg>
    </figure>
  );
}
