/**
 * Linear map of noisy independent inputs, exact moments, forward and backward: two products, one through W and
 * one through W ∘ W. S. Wang, C. Manning, "Fast dropout training", ICML 2013; J. Bayer et al., 2013, section 2.2.1.
 */
import type { MomentsLinear, MomentsLinearBackward } from '../contract/moments.ts';
import { addProduct, addRowSums, fillRows } from './matmul.ts';
import { multiply, packing, rowMajor, transposed } from './panels.ts';
import { workspace } from './workspace.ts';

const BLOCK = 128;
const packWeights = packing();
const packSquares = packing();
const packRows = packing();
const productSpace = workspace();
const squareSpace = workspace();

/** Computes noisyVariance, outMean and outVariance. */
export function momentsLinearForward(p: MomentsLinear): void {
  const { M, I, O, mean, variance, noise, noisyVariance } = p;
  for (let i = 0; i < M * I; i++) {
    noisyVariance[i] = noise.square * mean[i] * mean[i] + (variance ? noise.variance * variance[i] : 0);
  }
  const w = transposed(rowMajor(p.w, O));
  const weights = packWeights(w, O, I);
  const squares = packSquares(w, O, I, w);
  fillRows(p.outMean, M, O, p.bias);
  for (let row = 0; row < M; row += BLOCK) {
    const height = Math.min(BLOCK, M - row);
    const means = packRows(rowMajor(mean, I, row * I), height, I);
    multiply(means, weights, p.outMean, row * O, O, noise.mean, true);
    const variances = packRows(rowMajor(noisyVariance, I, row * I), height, I);
    multiply(variances, squares, p.outVariance, row * O, O, 1, false);
  }
}

/** Adds the gradients: dW = noise.mean mean^T dOutMean + 2 W ∘ (noisyVariance^T dOutVariance). */
export function momentsLinearBackward(p: MomentsLinearBackward): void {
  const { M, I, O, mean, noise, w } = p;
  addRowSums(p.dOutMean, M, O, p.dbias);
  addProduct(I, O, M, transposed(rowMajor(mean, I)), rowMajor(p.dOutMean, O), p.dw, noise.mean);
  const squares = squareSpace(I * O);
  squares.fill(0, 0, I * O);
  addProduct(I, O, M, transposed(rowMajor(p.noisyVariance, I)), rowMajor(p.dOutVariance, O), squares, 1);
  for (let i = 0; i < I * O; i++) p.dw[i] += 2 * w[i] * squares[i];
  if (p.dMean || p.dVariance) addInputGradients(p);
}

// --- internal ---

function addInputGradients(p: MomentsLinearBackward): void {
  const { M, I, O, mean, noise, dMean, dVariance } = p;
  if (p.fresh) for (const gradient of [dMean, dVariance]) gradient?.fill(0, 0, M * I);
  const rows = rowMajor(p.w, O);
  const weights = packWeights(rows, I, O);
  const squares = packSquares(rows, I, O, rows);
  const product = productSpace(BLOCK * I);
  for (let row = 0; row < M; row += BLOCK) {
    const height = Math.min(BLOCK, M - row);
    const start = row * I;
    multiply(packRows(rowMajor(p.dOutVariance, O, row * O), height, O), squares, product, 0, I, 1, false);
    for (let i = 0; i < height * I; i++) {
      if (dMean) dMean[start + i] += 2 * noise.square * mean[start + i] * product[i];
      if (dVariance) dVariance[start + i] += noise.variance * product[i];
    }
    if (!dMean) continue;
    multiply(
      packRows(rowMajor(p.dOutMean, O, row * O), height, O),
      weights,
      dMean,
      start,
      I,
      noise.mean,
      true,
    );
  }
}
