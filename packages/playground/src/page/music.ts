/** Music that a run makes: drawn, shown as a piano roll, played. */
import type { SampleOptions } from '../training.ts';
import { element, labelled, newId } from './dom.ts';
import { Player } from './player.ts';
import { PianoRoll } from './roll.ts';
import type { Run } from './run.ts';

/** Of the tunes; a frame is an eighth note. */
const beatsPerMinute = 112;
const secondsPerFrame = 60 / beatsPerMinute / 2;
/** Sixteen bars of four quarter notes. */
const length = 128;

export class Music {
  readonly element = element('div');
  #runs: readonly Run[];
  #run = element('select', { id: newId('run') });
  #weights = element(
    'select',
    { id: newId('weights') },
    element('option', { value: 'best' }, 'of the lowest validation loss'),
    element('option', { value: 'last' }, 'as they are now'),
  );
  #temperature = element('input', {
    id: newId('temperature'),
    type: 'number',
    min: 0.05,
    max: 5,
    step: 0.05,
    value: 0.8,
  });
  #seed = element('input', { id: newId('seed'), type: 'number', min: 0, step: 1, value: 1 });
  #make = element('button', { class: 'first', type: 'button', click: () => this.#ask() }, 'Make a piece');
  #play = element('button', { type: 'button', click: () => this.#toggle() }, 'Play');
  #problem = element('p', { class: 'problem', role: 'alert' });
  #caption = element('figcaption', {}, 'A trained run makes a piece here, note by note, and you hear it.');
  #roll = new PianoRoll();
  #player = new Player();
  #piece: { slot: string; frames: number[][] } | undefined;

  constructor(runs: readonly Run[]) {
    this.#runs = runs;
    this.#run.append(...runs.map(({ slot }) => element('option', { value: slot }, `Run ${slot}`)));
    this.element.append(
      element(
        'div',
        { class: 'fields' },
        labelled('made by', this.#run),
        labelled('with its weights', this.#weights),
        labelled('temperature, below 1 surer', this.#temperature),
        labelled('seed', this.#seed),
      ),
      element('div', { class: 'buttons' }, this.#make, this.#play),
      this.#problem,
      element('figure', {}, this.#roll.svg, this.#caption),
    );
    // In the next frame, as the curves are.
    new ResizeObserver(() => requestAnimationFrame(() => this.#draw())).observe(this.element);
    this.tell();
  }

  /** Runs came or went. */
  tell(): void {
    for (const [i, { facts }] of this.#runs.entries()) this.#run.options[i].disabled = !facts;
    const chosen = this.#runs.find(({ slot }) => slot === this.#run.value);
    const trained = this.#runs.find(({ facts }) => facts);
    if (!chosen?.facts && trained) this.#run.value = trained.slot;
    this.#make.disabled = !trained;
    this.#play.disabled = !this.#piece;
  }

  show(slot: string, frames: number[][], { weights, temperature, seed }: SampleOptions): void {
    this.#player.stop();
    this.#piece = { slot, frames };
    const notes = frames.reduce((sum, frame) => sum + frame.length, 0) / frames.length;
    const which = weights === 'best' ? 'its best weights' : 'its weights as they are';
    this.#caption.textContent = `By run ${slot} with ${which}, temperature ${temperature}, seed ${seed}: ${frames.length} eighth notes at ${beatsPerMinute} beats a minute, ${notes.toFixed(1)} keys down on average.`;
    this.#draw();
    this.#tellPlaying();
    this.tell();
  }

  // --- internal ---

  #ask(): void {
    this.#problem.textContent = '';
    const temperature = Number(this.#temperature.value);
    const seed = Number(this.#seed.value);
    if (!(temperature > 0 && temperature <= 5)) {
      this.#problem.textContent = 'The temperature has to be a number above 0, at most 5.';
      return;
    }
    if (!Number.isSafeInteger(seed) || seed < 0) {
      this.#problem.textContent = 'The seed has to be a whole number of at least 0.';
      return;
    }
    const weights = this.#weights.value as SampleOptions['weights'];
    const run = this.#runs.find(({ slot }) => slot === this.#run.value);
    run?.sample({ seed, temperature, length, weights });
  }

  async #toggle(): Promise<void> {
    if (!this.#piece) return;
    this.#problem.textContent = '';
    if (this.#player.isPlaying) {
      this.#player.stop();
      this.#roll.point(undefined);
    } else {
      try {
        await this.#player.play(this.#piece.frames, secondsPerFrame, (frame) => {
          this.#roll.point(frame);
          if (frame === undefined) this.#tellPlaying();
        });
      } catch (error) {
        this.#problem.textContent = `This browser plays nothing (${(error as Error).message}).`;
      }
    }
    this.#tellPlaying();
  }

  #tellPlaying(): void {
    this.#play.textContent = this.#player.isPlaying ? 'Stop' : 'Play';
  }

  #draw(): void {
    if (!this.#piece) return;
    const width = Math.max(280, this.element.clientWidth);
    this.#roll.show(this.#piece.slot, this.#piece.frames, secondsPerFrame, width);
  }
}
