/** The reference operations of heads that are distributions, element by element, on the tape. */
import {
  DataError,
  gradients,
  mul,
  negativeBinomialNll,
  pinballLoss,
  studentTNll,
  sum,
  type Tensor,
  tensor,
} from 'lethe';
import { type GoldenCase, input } from './case-file.ts';
import { type Computed, cotangent } from './compare.ts';

/** Heavy tails: location, scale, degrees of freedom. */
export function runStudentT(golden: GoldenCase): Computed {
  return onTape(golden, 'nll', ['location', 'scale', 'dof'], ([location, scale, dof], target) =>
    studentTNll({ location, scale, dof }, target),
  );
}

/** Counts: mean and dispersion. */
export function runNegativeBinomial(golden: GoldenCase): Computed {
  return onTape(golden, 'nll', ['mean', 'dispersion'], ([mean, dispersion], target) =>
    negativeBinomialNll({ mean, dispersion }, target),
  );
}

/** Quantiles, summed over them. */
export function runPinball(golden: GoldenCase): Computed {
  const quantiles = golden.config.quantiles;
  if (!Array.isArray(quantiles)) throw new DataError('config "quantiles" should be a list of numbers');
  return onTape(golden, 'loss', ['forecast'], ([forecast], target) =>
    pinballLoss(forecast, target, quantiles),
  );
}

// --- internal ---

/** One output, its gradients those of its sum weighted by the cotangent. */
function onTape(
  golden: GoldenCase,
  output: string,
  names: readonly string[],
  loss: (inputs: readonly Tensor[], target: Tensor) => Tensor,
): Computed {
  const given = (name: string) => tensor(input(golden, name).data, input(golden, name).shape);
  const inputs = names.map(given);
  const target = given('target');
  const weights = tensor(Array.from(cotangent(golden, output, target.size)), target.shape);
  let values: ArrayLike<number> = [];
  const run = gradients(inputs, () => {
    const each = loss(inputs, target);
    values = Float64Array.from(each.data);
    return sum(mul(each, weights));
  });
  return {
    outputs: { [output]: values },
    grads: Object.fromEntries(names.map((name, i) => [name, Float64Array.from(run.gradients[i].data)])),
  };
}
