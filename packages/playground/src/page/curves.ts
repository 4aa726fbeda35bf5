/** The losses of both runs over epochs: training dotted, validation solid, a dot at its lowest; under the pointer their figures. */
import type { Epoch } from '../training.ts';
import { drawn, element, figure, newId } from './dom.ts';
import { lossRange, ticks } from './scale.ts';

/** A run's curves. */
export interface Curve {
  slot: string;
  /** what was trained, in words */
  title: string;
  history: readonly Epoch[];
}

const height = 340;
const margin = { top: 12, right: 14, bottom: 44, left: 54 };

export class Curves {
  readonly element = element('figure');
  #curves: readonly Curve[] = [];
  #svg = drawn('svg', { role: 'img', 'aria-label': 'Losses over epochs' });
  #caption = element('figcaption');
  #table = element('div', {
    class: 'scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': 'Losses as figures',
  });
  #width = 640;
  #epoch: number | undefined;
  #asked = 0;

  constructor() {
    const key = element('p', { class: 'quiet' });
    key.append(element('span', { class: 'key' }), 'validation, tunes it has never heard   ');
    key.append(element('span', { class: 'key dashed' }), 'training, tunes it learns; noise off for both');
    this.element.append(this.#svg, this.#caption, key, this.#table);
    // Drawn in the next frame: what is drawn in an observer's turn changes the size that it observes, which browsers complain of.
    new ResizeObserver(([{ contentRect }]) => {
      this.#width = Math.max(260, contentRect.width);
      this.#asked ||= requestAnimationFrame(() => this.#draw());
    }).observe(this.element);
    this.#svg.addEventListener('pointermove', (event) => this.#point(event.clientX));
    this.#svg.addEventListener('pointerdown', (event) => this.#point(event.clientX));
    this.#svg.addEventListener('pointerleave', () => this.#point(undefined));
  }

  /** Shows these from the next frame on. */
  show(curves: readonly Curve[]): void {
    this.#curves = curves;
    this.#asked ||= requestAnimationFrame(() => this.#draw());
  }

  #point(clientX: number | undefined): void {
    const longest = this.#longest();
    if (clientX === undefined || longest === 0) this.#epoch = undefined;
    else {
      const { left, width } = this.#svg.getBoundingClientRect();
      const share = (((clientX - left) / width) * this.#width - margin.left) / this.#plotWidth();
      this.#epoch = Math.max(1, Math.min(longest, Math.round(share * Math.max(longest, leastEpochs))));
    }
    this.#asked ||= requestAnimationFrame(() => this.#draw());
  }

  #longest(): number {
    return Math.max(0, ...this.#curves.map(({ history }) => history.length));
  }

  #plotWidth(): number {
    return this.#width - margin.left - margin.right;
  }

  #draw(): void {
    this.#asked = 0;
    const [right, bottom] = [this.#width - margin.right, height - margin.bottom];
    const longest = Math.max(leastEpochs, this.#longest());
    const losses = this.#curves.flatMap(({ history }) =>
      history.flatMap(({ train, valid }) => [train, valid]),
    );
    const [low, high] = losses.length > 0 ? lossRange(losses) : [0, 10];
    const x = (epoch: number): number => margin.left + (epoch / longest) * this.#plotWidth();
    const y = (loss: number): number => bottom - ((loss - low) / (high - low)) * (bottom - margin.top);

    const parts: SVGElement[] = [];
    for (const loss of ticks(low, high, 6)) {
      parts.push(drawn('line', { class: 'axis', x1: margin.left, x2: right, y1: y(loss), y2: y(loss) }));
      parts.push(drawn('text', { x: margin.left - 8, y: y(loss) + 4, 'text-anchor': 'end' }, String(loss)));
    }
    for (const epoch of ticks(0, longest, this.#width < 480 ? 4 : 8).filter(Number.isInteger)) {
      parts.push(drawn('text', { x: x(epoch), y: bottom + 18, 'text-anchor': 'middle' }, String(epoch)));
    }
    parts.push(drawn('line', { class: 'axis', x1: margin.left, x2: right, y1: bottom, y2: bottom }));
    parts.push(
      drawn('text', { x: (margin.left + right) / 2, y: height - 6, 'text-anchor': 'middle' }, 'epochs'),
    );
    const turned = `translate(14 ${(margin.top + bottom) / 2}) rotate(-90)`;
    parts.push(drawn('text', { transform: turned, 'text-anchor': 'middle' }, 'loss, nats per time step'));

    const clip = newId('plot');
    const box = { x: margin.left, y: margin.top, width: this.#plotWidth(), height: bottom - margin.top };
    parts.push(drawn('clipPath', { id: clip }, drawn('rect', box)));
    for (const { slot, history } of this.#curves) {
      if (history.length === 0) continue;
      const points = (key: 'train' | 'valid') =>
        history.map((one) => `${x(one.epoch).toFixed(1)},${y(one[key]).toFixed(1)}`).join(' ');
      const group = drawn('g', { class: slot, 'clip-path': `url(#${clip})` });
      group.append(drawn('polyline', { class: 'curve train', points: points('train') }));
      group.append(drawn('polyline', { class: 'curve', points: points('valid') }));
      parts.push(group);
      const best = bestOf(history);
      const name = drawn(
        'text',
        { class: 'own', x: x(best.epoch), y: y(best.valid) + 18, 'text-anchor': 'middle' },
        slot,
      );
      parts.push(
        drawn(
          'g',
          { class: slot },
          drawn('circle', { class: 'dot', r: 4.5, cx: x(best.epoch), cy: y(best.valid) }),
          name,
        ),
      );
    }
    if (this.#epoch !== undefined) {
      const at = x(this.#epoch);
      parts.push(drawn('line', { class: 'rule', x1: at, x2: at, y1: margin.top, y2: bottom }));
    }
    this.#svg.setAttribute('viewBox', `0 0 ${this.#width} ${height}`);
    this.#svg.replaceChildren(...parts);
    this.#caption.textContent = this.#captionText();
    this.#table.replaceChildren(...this.#figures());
  }

  #captionText(): string {
    if (this.#longest() === 0) return 'Curves grow here as soon as a run trains.';
    if (this.#epoch === undefined)
      return 'A dot marks the lowest validation loss. Point at the curves for their figures.';
    const told = this.#curves.flatMap(({ slot, history }) => {
      const one = history[this.#epoch! - 1];
      return one ? [`${slot}: training ${figure(one.train)}, validation ${figure(one.valid)}`] : [];
    });
    return `Epoch ${this.#epoch}. ${told.join('; ')}.`;
  }

  #figures(): HTMLElement[] {
    const rows = this.#curves.filter(({ history }) => history.length > 0);
    if (rows.length === 0) return [];
    const head = ['run', 'epochs', 'training', 'validation', 'gap', 'lowest validation'];
    const body = rows.map(({ slot, title, history }) => {
      const last = history[history.length - 1];
      const best = bestOf(history);
      const cells = [
        String(last.epoch),
        figure(last.train),
        figure(last.valid),
        figure(last.valid - last.train),
        `${figure(best.valid)} at epoch ${best.epoch}`,
      ];
      const name = element('th', { scope: 'row' }, `${slot}  ${title}`);
      return element('tr', { class: slot }, name, ...cells.map((text) => element('td', {}, text)));
    });
    return [
      element(
        'table',
        {},
        element('caption', { class: 'hidden' }, 'Losses in nats per time step'),
        element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
        element('tbody', {}, ...body),
      ),
    ];
  }
}

// --- internal ---

/** The axis of a run that has just begun. */
const leastEpochs = 10;

const bestOf = (history: readonly Epoch[]): Epoch => history.reduce((a, b) => (b.valid < a.valid ? b : a));
