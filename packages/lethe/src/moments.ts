/** lethe/moments: Gaussian moments through activations, linear maps and products, and what can be read from them. */
export type { MomentForm, NoiseMoments } from './kernels/contract/fields.ts';
export { activationMoments, type MomentFunctionOptions } from './moments/activation.ts';
export {
  type Decomposition,
  decomposed,
  type LayerDecomposition,
  type WeightParts,
} from './moments/decomposition.ts';
export { type Gaussian, isGaussian, meanOf } from './moments/gaussian.ts';
export { linearMoments, noNoise } from './moments/linear.ts';
export { productMoments } from './moments/product.ts';
export { gaussHermite, type Quadrature } from './moments/quadrature.ts';
export { drawGaussian } from './moments/sample.ts';
export { weightNoiseMoments } from './moments/weight-noise.ts';
