/** The name of a study after what it trains: the last part of a recipe, a data set or a path. */
import path from 'node:path';

/** `jsb-chorales` of `music/jsb-chorales`, `mine` of `data/mine.csv`. */
export function targetLabel(target: string): string {
  const last = path.basename(path.resolve('/', target)).replace(/\.[A-Za-z]+(\.gz)?$/, '');
  return last.replace(/[^\p{L}\p{N}._-]+/gu, '-') || 'study';
}
