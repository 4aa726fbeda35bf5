/** Deep transitions and deep outputs (Pascanu et al. 2014): their defaults, what cells have them, what they make of the layers. */
import { ConfigError, type RecurrentStackOptions, type TransitionOptions } from 'lethe';
import type { z } from 'zod';
import type { TransitionSizes } from '../shared/parameters.ts';
import type { transitionKeys } from './transition-keys.ts';

/** Defaults of their settings. */
export const transitionDefaults = {
  transition: 2,
  transitionActivation: 'tanh',
  shortcut: false,
  pieces: 2,
  order: 2,
  deepOutput: 0,
  outputActivation: 'tanh',
} as const;

type Settings = {
  [key in keyof typeof transitionKeys]: z.output<(typeof transitionKeys)[key]>;
} & { cell: string; activation: z.output<(typeof transitionKeys)['outputActivation']> };

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
