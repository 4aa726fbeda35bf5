/**
 * The spectral radius of the recurrent weights through training: figure 2 of Bayer et al. 2013. Of a gated cell that of
 * every gate's block, and of a deep transition that of every block of its weights, as the initialisation sets it.
 */
import { spectralRadius } from 'lethe';
import type { Metrics } from '../../runs/task.ts';
import { layerOf, type MakeObserver } from './observer.ts';

/** `rnn.0.recurrent` of a plain cell; `rnn.0.recurrent.i` and so on of a gated one, `rnn.0.recurrent.1` and so on of a deep one. */
export const observeSpectralRadius: MakeObserver = ({ config, task }) => {
  const { cell } = config.model;
  const matrices = Object.entries(task.model.parameters).filter(([name]) => name.endsWith('.weightRec'));
  return () => {
    const values: Metrics = {};
    for (const [name, { data, shape }] of matrices) {
      const [H, columns] = shape;
      const gates = cell === 'deep-rnn' ? layersOf(columns / H) : gatesOf[cell];
      for (const [g, gate] of gates.entries()) {
        const block = Float64Array.from({ length: H * H }, (_, i) => {
          const row = Math.floor(i / H);
          return data[row * columns + g * H + (i % H)];
        });
        values[`${layerOf(name)}.recurrent${gate}`] = spectralRadius(block, H);
      }
    }
    return { values };
  };
};

// --- internal ---

const gatesOf = { rnn: [''], lstm: ['.i', '.f', '.g', '.o'], gru: ['.r', '.z', '.n'] } as const;

/** Blocks of a deep transition from below; that of a shortcut is the last. */
const layersOf = (count: number) => Array.from({ length: count }, (_, k) => `.${k + 1}`);
