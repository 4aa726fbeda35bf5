/** A piece of music as a piano roll that plays: the notes are scheduled on the clock of Web Audio. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { save } from './save.ts';
import { Wide } from './wide.tsx';

interface PieceProps {
  /** MIDI notes sounding at each step */
  frames: readonly (readonly number[])[];
  /** steps at the beginning that the model was given */
  given: number;
  name: string;
  /** the MIDI file, in base64 */
  file: string;
  /** @defaultValue 'piano roll' */
  what?: string;
}

const [left, bottom, rowHeight] = [40, 34, 6];
/** Seconds until the first note sounds. */
const before = 0.08;

export function Piece({ frames, given, name, file, what = 'piano roll' }: PieceProps) {
  const [perMinute, setPerMinute] = useState(240);
  const [at, setAt] = useState<number | undefined>();
  const playing = useRef<{ context: AudioContext; stop(): void } | undefined>(undefined);
  const notes = notesOf(frames);
  const stop = (): void => {
    playing.current?.stop();
    playing.current = undefined;
    setAt(undefined);
  };
  useEffect(() => stop, [frames]);
  const play = (): void => {
    stop();
    const context = new AudioContext();
    const seconds = 60 / perMinute;
    const begin = context.currentTime + before;
    const count = schedule(context, notes, begin, seconds);
    // For whoever wants to know that it sounds.
    document.body.dataset.audio = `${context.state} ${count}`;
    let frame = 0;
    const follow = (): void => {
      const step = (context.currentTime - begin) / seconds;
      if (step > frames.length + 1) {
        stop();
        return;
      }
      setAt(Math.max(0, step));
      document.body.dataset.audio = `${context.state} ${count}`;
      frame = requestAnimationFrame(follow);
    };
    frame = requestAnimationFrame(follow);
    playing.current = {
      context,
      stop() {
        cancelAnimationFrame(frame);
        void context.close();
        delete document.body.dataset.audio;
      },
    };
  };
  const pitches = notes.map(({ pitch }) => pitch);
  const low = Math.min(...pitches, 60) - 2;
  const high = Math.max(...pitches, 60) + 2;
  const step = Math.max(6, Math.min(14, 900 / Math.max(1, frames.length)));
  const width = left + step * frames.length + 10;
  const height = rowHeight * (high - low + 1) + bottom + 8;
  const yOf = (pitch: number): number => 8 + rowHeight * (high - pitch);
  return (
    <figure class="chart">
      <div class="bar">
        <button type="button" class="main" onClick={at === undefined ? play : stop}>
          {at === undefined ? '▶ Play' : '■ Stop playing'}
        </button>
        <label>
          Steps a minute
          <input
            type="range"
            min="60"
            max="720"
            step="20"
            value={perMinute}
            onInput={(event) => setPerMinute(Number(event.currentTarget.value))}
          />
          <output>{perMinute}</output>
        </label>
        <button
          type="button"
          onClick={() =>
            save(
              `${name}.mid`,
              Uint8Array.from(atob(file), (c) => c.charCodeAt(0)),
              'audio/midi',
            )
          }
        >
          MIDI
        </button>
      </div>
      <Wide label={what}>
        <svg
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={`${what}: ${frames.length} steps, ${notes.length} notes`}
        >
          {Array.from({ length: high - low + 1 }, (_, i) => low + i).map((pitch) => (
            <g key={pitch}>
              {isBlack(pitch) && (
                <rect
                  x={left}
                  y={yOf(pitch)}
                  width={step * frames.length}
                  height={rowHeight}
                  fill="var(--grid)"
                />
              )}
              {pitch % 12 === 0 && (
                <text
                  x={left - 5}
                  y={yOf(pitch) + rowHeight}
                  font-size="11"
                  text-anchor="end"
                  fill="var(--muted)"
                >
                  C{pitch / 12 - 1}
                </text>
              )}
            </g>
          ))}
          {notes.map(({ pitch, from, steps }) => (
            <rect
              key={`${pitch} ${from}`}
              x={left + step * from}
              y={yOf(pitch)}
              width={step * steps - 1}
              height={rowHeight - 0.5}
              fill={from < given ? 'var(--series-1)' : 'var(--series-0)'}
            />
          ))}
          {Array.from({ length: Math.floor(frames.length / 16) + 1 }, (_, i) => 16 * i).map((value) => (
            <text
              key={value}
              x={left + step * value}
              y={height - 20}
              font-size="11"
              text-anchor="middle"
              fill="var(--muted)"
            >
              {value}
            </text>
          ))}
          <text
            x={left + (step * frames.length) / 2}
            y={height - 5}
            font-size="12"
            text-anchor="middle"
            fill="var(--ink)"
          >
            time steps
          </text>
          {at !== undefined && (
            <line
              x1={left + step * at}
              x2={left + step * at}
              y1={4}
              y2={height - bottom}
              stroke="var(--series-1)"
              stroke-width="2"
            />
          )}
        </svg>
      </Wide>
    </figure>
  );
}

// --- internal ---

interface Note {
  pitch: number;
  from: number;
  steps: number;
}

/** What sounds in neighbouring steps is one note. */
function notesOf(frames: readonly (readonly number[])[]): Note[] {
  const notes: Note[] = [];
  const open = new Map<number, Note>();
  for (const [t, frame] of frames.entries()) {
    for (const pitch of [...open.keys()]) if (!frame.includes(pitch)) open.delete(pitch);
    for (const pitch of frame) {
      const held = open.get(pitch);
      if (held) held.steps++;
      else {
        const note = { pitch, from: t, steps: 1 };
        open.set(pitch, note);
        notes.push(note);
      }
    }
  }
  return notes;
}

/** Puts every note on the clock of the context, and says how many. */
function schedule(context: AudioContext, notes: readonly Note[], begin: number, seconds: number): number {
  const all = context.createGain();
  all.gain.value = 0.15;
  all.connect(context.destination);
  for (const { pitch, from, steps } of notes) {
    const [on, off] = [begin + from * seconds, begin + (from + steps) * seconds];
    const tone = context.createOscillator();
    tone.type = 'triangle';
    tone.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
    const envelope = context.createGain();
    envelope.gain.setValueAtTime(0, on);
    envelope.gain.linearRampToValueAtTime(0.5, on + 0.01);
    envelope.gain.exponentialRampToValueAtTime(0.15, off);
    envelope.gain.linearRampToValueAtTime(0, off + 0.03);
    tone.connect(envelope).connect(all);
    tone.start(on);
    tone.stop(off + 0.04);
  }
  return notes.length;
}

const isBlack = (pitch: number): boolean => [1, 3, 6, 8, 10].includes(pitch % 12);
