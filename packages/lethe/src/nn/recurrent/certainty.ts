/**
 * Whether anything in a moments run varies. If not, the plain network runs, so that without noise the bits are
 * the plain network's. The Wang-Manning variance of sigmoid and tanh does not vanish without noise.
 */
import { needsGradient } from '../../autograd/tape.ts';
import type { Plan } from '../../dropout/plan.ts';
import { type Gaussian, isGaussian } from '../../moments/gaussian.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Cell, RecurrentState } from '../cells/cell.ts';

export function isCertain(plan: Plan, cell: Cell, x: Tensor | Gaussian, state: RecurrentState): boolean {
  const form = plan.regularizer.moments?.form;
  if (plan.entries.length > 0 || (form === 'wang-manning' && !cell.isExact)) return false;
  return ![x, state.hidden, state.cell].some((value) => value && varies(value));
}

// --- internal ---

function varies(value: Tensor | Gaussian): boolean {
  return (
    isGaussian(value) && (needsGradient(value.variance) || value.variance.data.some((v: number) => v !== 0))
  );
}
