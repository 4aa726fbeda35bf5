/** A step of a recurrent layer, with the places at which a method's noise enters. */

import { shortNumber } from '@lethe/lab/scales';
import type { NoiseSite } from 'lethe/dropout';
import { type DrawnMask, type ExploredCell, gateNames } from '../../src/explorer/drawn-masks.ts';

/** Where in the picture a site lies; the context of attention and the layers of a deep transition are in none of these cells. */
const places: Readonly<
  Record<Exclude<NoiseSite, 'context' | 'transition'>, readonly [x: number, y: number]>
> = {
  embedding: [46, 250],
  input: [126, 204],
  weightIn: [238, 182],
  recurrent: [126, 92],
  weight: [238, 70],
  update: [462, 148],
  cell: [520, 78],
  hidden: [640, 78],
  output: [706, 148],
};

/** What a site is, in a clause. */
export const siteWords: Readonly<Record<NoiseSite, string>> = {
  embedding: 'whole words, everywhere in a sequence',
  input: 'what the layer reads',
  weightIn: 'weights of the input',
  recurrent: 'the state in front of the recurrent weights',
  weight: 'recurrent weights',
  update: 'the candidate, in front of the cell',
  cell: 'the memory of the LSTM',
  hidden: 'the state that is carried on',
  output: 'what leaves the layer; the state keeps it',
  transition: 'the layers between two states of a deep transition',
  context: 'what attention reads of the source',
};

export function CellPicture({ cell, masks }: { cell: ExploredCell; masks: readonly DrawnMask[] }) {
  const gates = gateNames[cell];
  const said = masks.map(({ site, rate }) => `${site} ${shortNumber(rate, undefined, 3)}`).join(', ');
  return (
    <svg
      class="cell"
      viewBox="0 0 790 290"
      role="img"
      aria-label={`a step of a layer (${cell}), noise at: ${said || 'nowhere'}`}
    >
      <defs>
        <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0L8 4L0 8z" fill="var(--muted)" />
        </marker>
      </defs>
      <g stroke="var(--muted)" fill="none" stroke-width="1.4" marker-end="url(#tip)">
        <path d="M66 204H182" />
        {masks.some(({ site }) => site === 'embedding') && <path d="M46 236V216" />}
        <path d="M242 204C290 204 286 156 306 152" />
        <path d="M74 92H182" />
        <path d="M242 92C290 92 286 140 306 144" />
        <path d="M334 148H362" />
        <path d="M432 148H492" />
        <path d="M548 148H612" />
        <path d="M668 148H752" />
        <path d="M640 126V34" />
        {cell === 'lstm' && <path d="M520 34V126" />}
        {cell === 'gru' && <path d="M520 34V126" stroke-dasharray="4 3" />}
      </g>
      <Box x={46} y={204} text="x(t)" plain />
      <Box x={46} y={92} text="h(t − 1)" plain />
      <Box x={212} y={204} text="W in" />
      <Box x={212} y={92} text="W rec" />
      <Box x={320} y={148} text="+" round />
      <Box x={397} y={148} text={cell === 'rnn' ? 'f(a)' : gates.join('  ')} wide />
      <Box x={520} y={148} text={cell === 'lstm' ? 'c(t)' : cell === 'gru' ? 'mix' : 'f(a)'} />
      <Box x={640} y={148} text="h(t)" />
      <Box x={520} y={24} text={cell === 'lstm' ? 'c(t − 1)' : cell === 'gru' ? 'h(t − 1)' : ''} plain />
      <Box x={640} y={24} text="to step t + 1" plain />
      <Box x={744} y={124} text="next layer" plain />
      {masks.map(({ site, rate, entries }) => {
        if (site === 'context' || site === 'transition') return null;
        const [x, y] = places[site];
        return (
          <g key={site}>
            <circle cx={x} cy={y} r="15" fill="var(--series-1)" stroke="var(--paper)" stroke-width="2" />
            <text x={x} y={y + 4} text-anchor="middle" font-size="11" font-weight="700" fill="#000">
              {shortNumber(rate, undefined, 2)}
            </text>
            <text
              x={x + (site.startsWith('weight') ? 18 : 0)}
              y={y + (site.startsWith('weight') ? -4 : 29)}
              text-anchor={site.startsWith('weight') ? 'start' : 'middle'}
              font-size="11"
              fill="var(--ink)"
            >
              {site}
            </text>
            <title>{`${site}, ${siteWords[site]}: ${entries.map(({ kind }) => kind).join(', ')}, rate ${shortNumber(rate, undefined, 3)}`}</title>
          </g>
        );
      })}
    </svg>
  );
}

// --- internal ---

interface BoxProps {
  x: number;
  y: number;
  text: string;
  /** a name without a frame */
  plain?: boolean;
  round?: boolean;
  wide?: boolean;
}

function Box({ x, y, text, plain = false, round = false, wide = false }: BoxProps) {
  const half = wide ? 35 : round ? 14 : 28;
  return (
    <g>
      {!plain && (
        <rect
          x={x - half}
          y={y - (round ? 14 : 20)}
          width={2 * half}
          height={round ? 28 : 40}
          rx={round ? 14 : 5}
          fill="var(--raised)"
          stroke="var(--ink)"
        />
      )}
      <text x={x} y={y + 4} text-anchor="middle" font-size="13" fill="var(--ink)">
        {text}
      </text>
    </g>
  );
}
