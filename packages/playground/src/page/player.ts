/** Plays frames with the browser's own synthesizer (Web Audio): soft triangles, quiet where many sound. */
import { notesOf } from './notes.ts';

export class Player {
  #context: AudioContext | undefined;
  #out: GainNode | undefined;
  #frame = 0;

  get isPlaying(): boolean {
    return this.#out !== undefined;
  }

  /**
   * Plays from the beginning; whatever sounded before stops.
   * @param onFrame where it is, in frames, with every picture; undefined at the end
   * @throws Error where the browser has no sound
   */
  async play(
    frames: readonly (readonly number[])[],
    secondsPerFrame: number,
    onFrame: (frame: number | undefined) => void,
  ): Promise<void> {
    this.stop();
    this.#context ??= new AudioContext();
    const context = this.#context;
    await context.resume();
    const out = new GainNode(context, { gain: 0.22 });
    out.connect(new DynamicsCompressorNode(context)).connect(context.destination);
    this.#out = out;
    const begin = context.currentTime + 0.08;
    for (const { pitch, start, length } of notesOf(frames)) {
      const from = begin + start * secondsPerFrame;
      const to = from + length * secondsPerFrame;
      const tone = new OscillatorNode(context, {
        type: 'triangle',
        frequency: 440 * 2 ** ((pitch - 69) / 12),
      });
      const loud = new GainNode(context, { gain: 0 });
      loud.gain.setValueAtTime(0, from);
      loud.gain.linearRampToValueAtTime(1, from + 0.012);
      loud.gain.exponentialRampToValueAtTime(0.35, Math.max(to - 0.05, from + 0.02));
      loud.gain.linearRampToValueAtTime(0, to);
      tone.connect(loud).connect(out);
      tone.start(from);
      tone.stop(to + 0.01);
    }
    const picture = (): void => {
      if (this.#out !== out) return;
      const frame = (context.currentTime - begin) / secondsPerFrame;
      if (frame < frames.length) {
        onFrame(Math.max(0, frame));
        this.#frame = requestAnimationFrame(picture);
      } else {
        this.stop();
        onFrame(undefined);
      }
    };
    picture();
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#out?.disconnect();
    this.#out = undefined;
  }
}
