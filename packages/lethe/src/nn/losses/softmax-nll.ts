/** Categorical negative log-likelihood from logits: the loss of language models. */
import { freshGradients, gradientOf, recordOperation } from '../../autograd/tape.ts';
import { checkIntegers } from '../../checks.ts';
import { ShapeError } from '../../errors.ts';
import { kernels } from '../../kernels/engine.ts';
import { checkNumber, checkOptionNames } from '../../options.ts';
import { checkTensor } from '../../tensor/check.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { shapeText, Tensor } from '../../tensor/tensor.ts';
import { classTargets } from './class-targets.ts';
import type { SequenceLoss } from './losses.ts';
import { countedSteps, type StepMask } from './step-mask.ts';

/** Options of {@link softmaxNll}. */
export interface SoftmaxNllOptions {
  /**
   * e of label smoothing (Szegedy et al. 2016, section 7): the loss is (1 - e) nll + e mean_k(-log p_k); `sum` stays that of nll.
   * @defaultValue 0
   */
  smoothing?: number;
}

/**
 * log sum_k exp(z_k) - z_target, natural log; the mean over the steps that count. On others logits and targets may be anything.
 * @param logits [.., K]
 * @param targets one class, 0 to K-1, for each row of logits
 * @param stepMask 1 counts, 0 does not. @defaultValue all steps count
 * @throws ShapeError; DataError for a class that is not there on a step that counts, or if no step counts
 */
export function softmaxNll(
  logits: Tensor,
  targets: Int32Array,
  stepMask?: StepMask,
  options: SoftmaxNllOptions = {},
): SequenceLoss {
  const { M, K, classes, mask, count } = checkRows(logits, targets, stepMask);
  checkOptionNames('softmaxNll', options, ['smoothing']);
  const { smoothing = 0 } = options;
  checkNumber('softmaxNll', 'smoothing', smoothing, { from: 0, below: 1 });
  const rowLoss = allocate(M);
  const rowNll = smoothing === 0 ? rowLoss : allocate(M);
  const call = { M, K, logits: logits.data, targets: classes, stepMask: mask, smoothing };
  kernels().softmaxNllForward({ ...call, rowLoss, ...(smoothing !== 0 && { rowNll }) });
  let [sum, smoothed] = [0, 0];
  for (let m = 0; m < M; m++) {
    sum += rowNll[m];
    smoothed += rowLoss[m];
  }
  const loss = new Tensor([], allocate(1));
  loss.data[0] = smoothed / count;
  recordOperation(loss, [logits], () => {
    const {
      gradients: [dLogits],
      fresh,
    } = freshGradients([logits]);
    kernels().softmaxNllBackward({
      ...call,
      scale: gradientOf(loss)[0] / count,
      fresh,
      dLogits: dLogits ?? gradientOf(logits),
    });
  });
  return { loss, sum, count };
}

// --- internal ---

function checkRows(
  logits: Tensor,
  targets: Int32Array,
  stepMask: StepMask | undefined,
): { M: number; K: number; classes: Int32Array; mask: Real | undefined; count: number } {
  checkTensor('softmaxNll', 'logits', logits);
  checkIntegers('softmaxNll', 'targets', targets);
  const K = logits.shape[logits.shape.length - 1] ?? 0;
  const M = K === 0 ? 0 : logits.size / K;
  if (targets.length !== M) {
    throw new ShapeError(
      `softmaxNll: expected ${M} targets for logits ${shapeText(logits.shape)}, got ${targets.length}`,
    );
  }
  const { mask, count } = countedSteps('softmaxNll', stepMask, M);
  return { M, K, classes: classTargets('softmaxNll', targets, K, mask), mask, count };
}
