/** The likelihood under a mixture of equally likely models, on the tape. */
import { gradientOf, gradientsOf, ifNeeded, recordOperation } from '../autograd/tape.ts';
import { allocate } from '../tensor/scratch.ts';
import { Tensor } from '../tensor/tensor.ts';
import { logMeanExp } from '../uncertainty/log-space.ts';

/**
 * -log of the mean of the likelihoods of N models, element by element:
 *
 *   nll = -log(1/N Σ_n exp(-nll_n)),   dnll / dnll_n = exp(-nll_n) / Σ exp(-nll)
 *
 * @param rows what each model says, natural log, of one shape; of a single one it is the result
 */
export function mixtureNll(rows: readonly Tensor[]): Tensor {
  const [first] = rows;
  if (rows.length === 1) return first;
  const nll = new Tensor(first.shape, allocate(first.size));
  for (let m = 0; m < first.size; m++) nll.data[m] = -logMeanExp(rows.map(({ data }) => -data[m]));
  recordOperation(nll, rows, () => {
    const d = gradientOf(nll);
    for (const [n, to] of gradientsOf(rows.map(ifNeeded)).entries()) {
      if (!to) continue;
      for (let m = 0; m < d.length; m++) {
        // Its share of the sum: exp(-nll_n) / (N exp(-nll)).
        if (d[m] !== 0) to[m] += (d[m] * Math.exp(nll.data[m] - rows[n].data[m])) / rows.length;
      }
    }
  });
  return nll;
}
