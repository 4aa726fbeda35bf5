/** The door of this room: what a music data set is, and `loadMusic`, which gets one from wherever it is. */
export { type LoadMusicOptions, loadMusic } from './load.ts';
export type { MusicData, Piece } from './types.ts';
