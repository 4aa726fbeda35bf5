/** For the rooms next door (the lab): the texts of messages, and pieces below the public ones. No promise between versions. */

export { numbersOf } from './autograd/gradient-tensor.ts';
export { usedPartsOf } from './autograd/used-rows.ts';
export { drawMask, drawZoneout } from './dropout/masks.ts';
export { PHILOX_LANES, philox4x32 } from './kernels/portable/philox.ts';
export { hasPieces, type Transition, transitionBlocks } from './nn/cells/deep-rnn.ts';
export { transfer } from './nn/transfer.ts';
export { nearestWord } from './options.ts';
export { printable, shownValue } from './printable.ts';
export { atPass } from './random/passes.ts';
