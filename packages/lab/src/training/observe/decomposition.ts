/**
 * What fast dropout adds to the gradient, layer by layer (Bayer et al. 2013, section 2.2.2; `decomposed` of the library has
 * the equations), on the first minibatch of the first epoch, with the draws of the first step where there are any, and the rates that
 * the next one would have.
 */
import { ConfigError, scoped } from 'lethe';
import type { Regularizer } from 'lethe/dropout';
import { decomposed, type LayerDecomposition } from 'lethe/moments';
import type { Metrics } from '../../runs/task.ts';
import { layerOf, type MakeObserver, type Observation } from './observer.ts';

/**
 * Of every layer that runs on moments: the norms of the two parts of the gradient of its weights and their ratio, the norms
 * of δ and η over its units, and the shares of units with δ above and below 0.
 * Throws ConfigError for a method that does not integrate noise.
 */
export const observeDecomposition: MakeObserver = ({ task, noise }) => {
  requireMoments(task.model.regularizer);
  const names = new Map(Object.entries(task.model.parameters).map(([name, tensor]) => [tensor, name]));
  const first = { epoch: 0, position: 0 };
  return (steps = 0) => {
    const carried = task.carried();
    try {
      return scoped(() => {
        const parameters = [...names.keys()];
        const { layers } = decomposed(
          parameters,
          () => task.step(first, noise.at(0).trained(steps)).total.loss,
        );
        return observation(
          layers.map((layer) => ({ ...layer, name: layerOf(names.get(layer.parts[0].weight)!) })),
        );
      });
    } finally {
      task.restoreCarried(carried, 'observe decomposition');
    }
  };
};

// --- internal ---

function requireMoments(regularizer: Regularizer): void {
  const obstacle = obstacleTo(regularizer);
  if (!obstacle) return;
  throw new ConfigError(
    `observe: decomposition is of methods that integrate dropout, such as fast:input=.1,recurrent=.2,output=.5, found ${regularizer.name} with ${obstacle}; leave it out or choose such a method`,
  );
}

function obstacleTo({ modes, noise, weightNoise }: Regularizer): string | undefined {
  if (modes.train !== 'moments' && modes.train !== 'gaussian') return `the mode ${modes.train}`;
  if (weightNoise) return 'Gaussian weights';
  return noise.length === 0 ? 'no rate above 0' : undefined;
}

function observation(layers: readonly (LayerDecomposition & { name: string })[]): Observation {
  const values: Metrics = {};
  const units: Record<string, ArrayLike<number>> = {};
  for (const { name, parts, delta, eta } of layers) {
    const loss = norm(parts.map((part) => part.loss));
    const variance = norm(parts.map((part) => part.variance));
    const share = (is: (value: number) => boolean): number => delta.filter(is).length / delta.length;
    Object.assign(values, {
      [`${name}.ratio`]: variance / loss,
      [`${name}.lossPartNorm`]: loss,
      [`${name}.variancePartNorm`]: variance,
      [`${name}.deltaPositive`]: share((value) => value > 0),
      [`${name}.deltaNegative`]: share((value) => value < 0),
      [`${name}.deltaNorm`]: norm([delta]),
      [`${name}.etaNorm`]: norm([eta]),
    });
    Object.assign(units, { [`${name}.delta`]: delta, [`${name}.eta`]: eta });
  }
  return { values, units };
}

function norm(arrays: readonly ArrayLike<number>[]): number {
  let sum = 0;
  for (const array of arrays) for (let i = 0; i < array.length; i++) sum += array[i] ** 2;
  return Math.sqrt(sum);
}
