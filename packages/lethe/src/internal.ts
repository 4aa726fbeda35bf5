/** For the rooms next door (the lab): the texts of messages, and pieces below the public ones. No promise between versions. */

export { applyMask } from './autograd/ops/mask.ts';
export { usedPartsOf } from './autograd/used-rows.ts';
export { drawMask, meanMask, noiseMoments } from './dropout/masks.ts';
export { PHILOX_LANES, philox4x32 } from './kernels/portable/philox.ts';
export { nearestWord } from './options.ts';
export { printable, shownValue } from './printable.ts';
export { allocate, allocateZeros } from './tensor/scratch.ts';
