/** A first look at music: a plain and a fast-dropout RNN at the size of Bayer et al. (2013), or smaller where the machine is slow. */
import type { QuickStart } from '../kind.ts';
import type { MusicData } from './data/dataset.ts';
import { keys } from './data/piano-roll.ts';
import { quickStartData } from './quick-start-data.ts';

const sizes = [400, 200, 100, 50] as const;

export const musicQuickStart: QuickStart<MusicData> = {
  on: 'real music',
  contenders: [
    { name: 'plain', title: 'plain tanh RNN', dropout: 'none' },
    { name: 'fast', title: 'fast-dropout RNN', dropout: 'fast:input=.1,recurrent=.5,output=.5' },
  ],
  sizes,
  // Recurrent, input and output products.
  work: (hidden) => hidden * (hidden + 2 * keys),
  settings: (hidden) => ({
    'model.hidden': hidden,
    // In the fewer epochs of a smaller model, more and smaller steps go further.
    'training.batch': hidden < sizes[0] ? 16 : 50,
    'model.maxIncoming': Math.min(15, hidden),
  }),
  data: quickStartData,
  sample: {
    options: { length: 64, temperature: 1 },
    given: { prime: 0, split: 'test', primeFrames: 8 },
    called: 'a piece',
  },
  reading: 'NLL per time step, natural log, lower is better; train with noise on; both shared the machine',
};
