/** The place of deep transitions and deep outputs in the configuration and among the options. Apart from what they do, which runs in browsers too. */
import { z } from 'zod';
import { wholeNumber } from '../../common/usage.ts';
import type { TaskOption } from '../kind.ts';

const transfer = z.enum(['tanh', 'sigmoid', 'relu', 'identity', 'maxout', 'lp']);

/** Keys of the model; runs of before there were such go on without. */
export const transitionKeys = {
  transition: z
    .int()
    .min(2)
    .max(16)
    .default(2)
    .describe('of the deep-rnn: layers from a state to the next, the new state included'),
  transitionActivation: transfer
    .default('tanh')
    .describe('of the deep-rnn: non-linearity of the layers in front of the new state'),
  shortcut: z.boolean().default(false).describe('of the deep-rnn: the state goes past these layers as well'),
  pieces: z.int().min(2).max(64).default(2).describe('of maxout and lp: numbers that a unit is made of'),
  order: z
    .int()
    .refine((order) => [1, 2, 4, 8, 16, 32, 64, 128, 256].includes(order), 'a power of two from 1 to 256')
    .default(2)
    .describe('of lp: its order'),
  deepOutput: z
    .int()
    .min(0)
    .default(0)
    .describe('units of a layer between the last recurrent layer and the readout; 0: none'),
  outputActivation: transfer.default('tanh').describe('non-linearity of that layer'),
};

/** The options of `train`. */
export const transitionOptions: readonly TaskOption[] = [
  {
    flags: '--transition <N>',
    description: 'of music with --cell deep-rnn: layers from a state to the next (default: 2)',
    read: wholeNumber('--transition', 2),
    key: 'model.transition',
  },
  {
    flags: '--deep-output <N>',
    description:
      'of music: units of a layer between the last recurrent layer and the readout (default: none)',
    read: wholeNumber('--deep-output', 0),
    key: 'model.deepOutput',
  },
];
