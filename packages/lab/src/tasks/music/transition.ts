/** The settings of deep transitions and deep outputs (Pascanu et al. 2014): their place in the configuration, what cells have them. */
import { ConfigError, type RecurrentStackOptions, type TransitionOptions } from 'lethe';
import { z } from 'zod';
import { wholeNumber } from '../../common/usage.ts';
import type { TaskOption } from '../kind.ts';
import type { TransitionSizes } from '../shared/parameters.ts';

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

/** Their defaults. */
export const transitionDefaults = {
  transition: 2,
  transitionActivation: 'tanh',
  shortcut: false,
  pieces: 2,
  order: 2,
  deepOutput: 0,
  outputActivation: 'tanh',
} as const;

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

type Settings = {
  [key in keyof typeof transitionKeys]: z.output<(typeof transitionKeys)[key]>;
} & { cell: string; activation: z.output<typeof transfer> };

/** The options of the layers; those of another cell have none of these. Throws ConfigError for a setting that the cell does not have. */
export function transitionOf(
  settings: Settings,
): Pick<RecurrentStackOptions, 'activation' | keyof TransitionOptions> {
  const { cell, activation, transition, transitionActivation, shortcut, pieces, order } = settings;
  if (cell === 'deep-rnn') {
    return { activation, transition, transitionActivation, shortcut, pieces, order };
  }
  const departure = (['transition', 'transitionActivation', 'shortcut'] as const).find(
    (key) => settings[key] !== transitionDefaults[key],
  );
  if (departure) {
    throw new ConfigError(
      `model.${departure}: expected ${transitionDefaults[departure]} with the ${cell}, whose states follow without layers between them, found ${settings[departure]}; set model.cell=deep-rnn`,
    );
  }
  if (cell === 'rnn' && (activation === 'maxout' || activation === 'lp')) {
    throw new ConfigError(
      `model.activation: expected tanh, sigmoid, relu or identity with the plain cell, whose units have one piece, found ${activation}; set model.cell=deep-rnn`,
    );
  }
  return { activation };
}

/** What counts parameters of layers; absent of other cells. */
export function transitionSizes(settings: Settings): TransitionSizes | undefined {
  if (settings.cell !== 'deep-rnn') return undefined;
  const { transition: depth, transitionActivation: inner, activation, shortcut, pieces } = settings;
  return { depth, inner, activation, shortcut, pieces };
}
