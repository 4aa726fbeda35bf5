/** The parameters of a recurrent layer at their beginning. */
import type { NoiseStream } from '../../random/stream.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Cell } from '../cells/cell.ts';
import { type InitOptions, initialTensor } from '../parameters/init.ts';
import { logDeviationsOf } from '../parameters/log-deviations.ts';
import type { BiasOptions, RecurrentOptions, RecurrentParameters } from './recurrent.ts';

/**
 * Every parameter draws from a place of its own in the stream.
 * @param fillBias what the cell wants of its bias where the options leave it open
 */
export function recurrentParameters(
  { gates, inputGates = gates, biasGates = gates, hasRecurrentBias, hasCellState }: Cell,
  options: RecurrentOptions & BiasOptions,
  stream: NoiseStream,
  fillBias?: (bias: Tensor) => void,
): RecurrentParameters {
  const { inputSize: I, hiddenSize: H, layer = 0, direction = 0, initial = {} } = options;
  const zero: InitOptions = { kind: 'zeros' };
  const make = (shape: number[], init: InitOptions, entry: number, blocks = gates) =>
    initialTensor(shape, init, stream, { layer, entry: 16 * direction + entry, blocks });
  const parameters: RecurrentParameters = {
    weightIn: make([I, inputGates * H], initial.weightIn ?? {}, 0, inputGates),
    weightRec: make([H, gates * H], initial.weightRec ?? {}, 1),
    bias: make([biasGates * H], initial.bias ?? zero, 2, biasGates),
  };
  if (!initial.bias) fillBias?.(parameters.bias);
  if (hasRecurrentBias) parameters.biasRec = make([gates * H], zero, 4);
  else if (options.recurrentBias) parameters.biasRec = make([gates * H], initial.bias ?? zero, 4);
  if (options.learnInitialState) {
    parameters.initialState = make([H], initial.initialState ?? zero, 3);
    if (hasCellState) parameters.initialCell = make([H], initial.initialState ?? zero, 5);
  }
  const { weightNoise } = options.dropout ?? {};
  if (weightNoise) {
    const { deviation } = weightNoise;
    parameters.weightInLogDeviation = logDeviationsOf([I, inputGates * H], deviation);
    parameters.weightRecLogDeviation = logDeviationsOf([H, gates * H], deviation);
  }
  return parameters;
}
