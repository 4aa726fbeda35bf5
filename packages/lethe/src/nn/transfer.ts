/** Transfer functions between layers, as one operation on the tape: units of one piece, maxout and lp. */
import { gradientOf, gradientsOf, recordOperation } from '../autograd/tape.ts';
import type { TransferFunction } from '../kernels/contract/deep.ts';
import { layerKernels } from '../kernels/engine.ts';
import { transferBackward, transferForward } from '../kernels/portable/transfer.ts';
import { allocate } from '../tensor/scratch.ts';
import { Tensor } from '../tensor/tensor.ts';
import { hasPieces, type Transition } from './cells/deep-rnn.ts';

const portable = { transferForward, transferBackward };

/**
 * Units of pieces, which stand in blocks: piece c of unit j is column c·H + j.
 * @param x [.., pieces·H] of maxout and lp, else [.., H]; shapes are the caller's care
 * @returns [.., H]
 */
export function transfer(
  x: Tensor,
  activation: TransferFunction,
  { pieces, order }: Pick<Transition, 'pieces' | 'order'>,
): Tensor {
  const P = hasPieces(activation) ? pieces : 1;
  const H = x.shape[x.shape.length - 1] / P;
  const M = x.size / (P * H);
  const call = { M, H, P, activation, doublings: Math.log2(order), a: x.data, units: allocate(M * H) };
  layerKernels(portable).transferForward(call);
  const units = new Tensor([...x.shape.slice(0, -1), H], call.units);
  recordOperation([units], [x], () => {
    const [da] = gradientsOf([x]);
    layerKernels(portable).transferBackward({ ...call, dUnits: gradientOf(units), da });
  });
  return units;
}

/** tanh by a kernel: `Math.tanh` of every element took 50 of 1,500 ms of a step of `lethe bench --workload translate --threads 2` (Intel Xeon 2.80 GHz). */
export function tanhUnits(x: Tensor): Tensor {
  return transfer(x, 'tanh', { pieces: 1, order: 1 });
}
