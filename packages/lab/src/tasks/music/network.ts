/** `@lethe/lab/music`: the network of the music task without anything of Node.js, for a page. No promise between versions. */
export { trainingBatch } from './batches.ts';
export { chunks } from './data/chunks.ts';
export type { Piece } from './data/types.ts';
export { evaluatePieces } from './evaluate.ts';
export { type MusicModel, type MusicNetwork, musicModel } from './model.ts';
export { samplePiece } from './sample.ts';
export { loadWeights, storedWeights } from './weights.ts';
