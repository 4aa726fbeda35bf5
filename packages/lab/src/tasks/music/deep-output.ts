/**
 * A deep output (Pascanu et al. 2014, DOT): a layer of units between the last recurrent layer and the readout. It has the readout's
 * noise in front of it, as the readout has again; under fast dropout its units are Gaussian too.
 */
import {
  type Activation,
  ConfigError,
  type Linear,
  type LinearOptions,
  linear,
  type NoiseStream,
  type Tensor,
} from 'lethe';
import type { Regularizer, RunMode } from 'lethe/dropout';
import { hasPieces, transfer } from 'lethe/internal';
import { activationMoments, type Gaussian, isGaussian } from 'lethe/moments';
import type { MusicConfig } from './config.ts';

export interface DeepOutput {
  readonly linear: Linear;
  /** units, [time, batch, size] */
  forward(x: Tensor | Gaussian, noise?: NoiseStream, mode?: RunMode): Tensor | Gaussian;
}

/**
 * The noise of a readout behind a deep output. Drawn noise of the output stands at the last recurrent layer, and here once more, with
 * masks of its own; integrated noise the readout has anyway.
 */
export function noiseBehind(regularizer: Regularizer): Regularizer {
  const noise = regularizer.noise
    .filter(({ site, layers = 'last' }) => site === 'output' && layers === 'last')
    .map(({ layers: _, ...entry }) => ({ ...entry, site: 'input' as const }));
  const { passes } = regularizer;
  // Two runs that share masks of the output share these.
  const sameMasks = passes?.sameMasks.includes('output') ? (['input'] as const) : [];
  return { ...regularizer, noise, ...(passes && { passes: { ...passes, sameMasks } }) };
}

/** Throws ConfigError for units whose moments have no closed form under a method that integrates. */
export function deepOutput(
  { deepOutput: size, outputActivation, pieces, order }: MusicConfig['model'],
  options: Omit<LinearOptions, 'outputSize'>,
  stream: NoiseStream,
): DeepOutput {
  const isPooling = hasPieces(outputActivation);
  const { modes, moments } = options.dropout ?? {};
  if (isPooling && [modes?.train, modes?.test].some((mode) => mode === 'moments' || mode === 'gaussian')) {
    throw new ConfigError(
      `model.outputActivation: expected tanh, sigmoid, relu or identity with a method that integrates its noise, found ${outputActivation}, whose units have no moments in closed form`,
    );
  }
  const layer = linear({ ...options, outputSize: isPooling ? pieces * size : size }, stream);
  const rule = { form: moments?.form, points: moments?.points };
  return {
    linear: layer,
    forward(x, noise, mode) {
      const y = layer.forward(x, noise, { mode });
      return isGaussian(y)
        ? activationMoments(y, outputActivation as Activation, rule)
        : transfer(y, outputActivation, { pieces, order });
    },
  };
}
