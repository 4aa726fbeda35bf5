/** Sentences read under masks of their own, so that what one is does not depend on who stands beside it. */
import { type Real, realZeros } from '../../tensor/dtype.ts';
import { scoped } from '../../tensor/scratch.ts';
import { sizeOf, Tensor } from '../../tensor/tensor.ts';
import type { Tokens } from '../../uncertainty/mc-checks.ts';
import type { DecoderState } from './decoder.ts';
import type { SentenceNoise } from './sentence-noise.ts';
import type { ReadSentences, TranslationModel } from './translation-model.ts';

/**
 * What a model reads of sentences, without gradients. With noise those of one length are read together: a mask of one step, in a layer that
 * reads backwards, stands where the padding ends.
 */
export function readApart(
  model: TranslationModel,
  source: Tokens,
  lengths: Int32Array | undefined,
  noise: SentenceNoise,
): ReadSentences {
  const { batch, words } = source;
  const steps = words.length / batch;
  if (!noise) return model.read(source, lengths);
  const all = Array.from({ length: batch }, (_, b) => b);
  const lengthOf = (b: number) => lengths?.[b] ?? steps;
  const different = [...new Set(all.map(lengthOf))];
  if (different.length === 1 && different[0] === steps) return model.read(source, lengths, noise(all, 0));
  const whole = new Whole(steps, batch);
  for (const length of different) {
    const rows = all.filter((b) => lengthOf(b) === length);
    scoped(() => {
      const own = new Int32Array(length * rows.length);
      for (let t = 0; t < length; t++)
        for (const [i, b] of rows.entries()) own[t * rows.length + i] = words[t * batch + b];
      whole.put(model.read({ words: own, batch: rows.length }, undefined, noise(rows, 0)), rows);
    });
  }
  return whole.result(Int32Array.from(all, lengthOf));
}

// --- internal ---

/** Memories and states of all sentences, put together from parts. */
class Whole {
  readonly #steps: number;
  readonly #batch: number;
  readonly #tensors = new Map<string, Tensor>();
  #layers = 0;

  constructor(steps: number, batch: number) {
    this.#steps = steps;
    this.#batch = batch;
  }

  put({ memory, state }: ReadSentences, rows: readonly number[]): void {
    this.#memory('values', memory.values, rows);
    if (memory.keys !== memory.values) this.#memory('keys', memory.keys, rows);
    this.#layers = state.layers.length;
    for (const [index, { hidden, cell }] of state.layers.entries()) {
      this.#rows(`hidden ${index}`, hidden as Tensor, rows);
      if (cell) this.#rows(`cell ${index}`, cell as Tensor, rows);
    }
    if (state.fed) this.#rows('fed', state.fed, rows);
  }

  result(lengths: Int32Array): ReadSentences {
    const values = this.#tensors.get('values')!;
    const layers = Array.from({ length: this.#layers }, (_, index) => {
      const cell = this.#tensors.get(`cell ${index}`);
      return { hidden: this.#tensors.get(`hidden ${index}`)!, ...(cell && { cell }) };
    });
    const fed = this.#tensors.get('fed');
    const state: DecoderState = { layers, ...(fed && { fed }) };
    return { memory: { keys: this.#tensors.get('keys') ?? values, values, lengths }, state };
  }

  #memory(name: string, { data, shape: [S, n, width] }: Tensor, rows: readonly number[]): void {
    const target = this.#tensor(name, [this.#steps, this.#batch, width]);
    for (let s = 0; s < S; s++) copyRows(target, s * this.#batch, data, s * n, width, rows);
  }

  #rows(name: string, { data, shape: [, width] }: Tensor, rows: readonly number[]): void {
    copyRows(this.#tensor(name, [this.#batch, width]), 0, data, 0, width, rows);
  }

  #tensor(name: string, shape: readonly number[]): Real {
    let tensor = this.#tensors.get(name);
    if (!tensor) {
      // Memory of its own: parts are read in scopes that end before this does.
      tensor = new Tensor(shape, realZeros(sizeOf(shape)), null);
      this.#tensors.set(name, tensor);
    }
    return tensor.data;
  }
}

function copyRows(
  target: Real,
  to: number,
  source: Real,
  from: number,
  width: number,
  rows: readonly number[],
): void {
  for (const [i, row] of rows.entries())
    target.set(source.subarray((from + i) * width, (from + i + 1) * width), (to + row) * width);
}
