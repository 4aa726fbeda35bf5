/** A sampled piece as a piano roll: pitch upwards, time to the right, a line where the music is. */
import { drawn } from './dom.ts';
import { notesOf } from './notes.ts';

const margin = { top: 8, right: 10, bottom: 38, left: 46 };
const rowHeight = 6;
const isBlack = (pitch: number): boolean => [1, 3, 6, 8, 10].includes(pitch % 12);

export class PianoRoll {
  readonly svg = drawn('svg', { role: 'img', 'aria-label': 'Piano roll of the sampled piece' });
  #head = drawn('line', { class: 'head', visibility: 'hidden' });
  #x: (frame: number) => number = () => 0;

  /**
   * @param secondsPerFrame at the tempo that it is played
   * @param width in pixels that there are
   */
  show(slot: string, frames: readonly (readonly number[])[], secondsPerFrame: number, width: number): void {
    const notes = notesOf(frames);
    const pitches = notes.map(({ pitch }) => pitch);
    const low = Math.min(48, ...pitches) - 1;
    const high = Math.max(72, ...pitches) + 1;
    const height = margin.top + (high - low + 1) * rowHeight + margin.bottom;
    const [right, bottom] = [width - margin.right, height - margin.bottom];
    this.#x = (frame) => margin.left + (frame / frames.length) * (right - margin.left);
    const y = (pitch: number): number => bottom - (pitch - low + 1) * rowHeight;
    const parts: SVGElement[] = [];
    for (let pitch = low; pitch <= high; pitch++) {
      const row = { x: margin.left, width: right - margin.left, y: y(pitch), height: rowHeight };
      if (isBlack(pitch)) parts.push(drawn('rect', { class: 'black', ...row }));
      if (pitch % 12 === 0) {
        parts.push(
          drawn(
            'text',
            { x: margin.left - 8, y: y(pitch) + rowHeight, 'text-anchor': 'end' },
            `C${pitch / 12 - 1}`,
          ),
        );
      }
    }
    const seconds = frames.length * secondsPerFrame;
    const every = [1, 2, 5, 10, 20, 60].find((step) => seconds / step <= width / 70) ?? 120;
    for (let at = 0; at <= seconds + 1e-9; at += every) {
      const x = this.#x(at / secondsPerFrame);
      parts.push(drawn('line', { class: 'axis', x1: x, x2: x, y1: margin.top, y2: bottom }));
      parts.push(drawn('text', { x, y: bottom + 16, 'text-anchor': 'middle' }, String(at)));
    }
    parts.push(
      drawn(
        'text',
        { x: (margin.left + right) / 2, y: height - 4, 'text-anchor': 'middle' },
        'time, seconds',
      ),
    );
    const turned = `translate(12 ${(margin.top + bottom) / 2}) rotate(-90)`;
    parts.push(drawn('text', { transform: turned, 'text-anchor': 'middle' }, 'pitch'));
    const group = drawn('g', { class: slot });
    for (const { pitch, start, length } of notes) {
      const x = this.#x(start);
      const wide = Math.max(1, this.#x(start + length) - x - 1);
      group.append(
        drawn('rect', { class: 'note', x, y: y(pitch), width: wide, height: rowHeight - 1, rx: 1.5 }),
      );
    }
    for (const [name, value] of Object.entries({ y1: margin.top, y2: bottom })) {
      this.#head.setAttribute(name, String(value));
    }
    this.svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.svg.replaceChildren(...parts, group, this.#head);
  }

  /** Where the music is, in frames; undefined: nowhere. */
  point(frame: number | undefined): void {
    this.#head.setAttribute('visibility', frame === undefined ? 'hidden' : 'visible');
    if (frame === undefined) return;
    for (const name of ['x1', 'x2']) this.#head.setAttribute(name, this.#x(frame).toFixed(1));
  }
}
