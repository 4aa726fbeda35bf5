/** Which pairs a run was trained on, for `environment.json`. */
import type { DataIdentity } from '../../../data/identity.ts';
import type { Pairs, TranslateData } from './types.ts';

/** Name, counts and checksum. */
export function identify({
  name,
  source,
  splits,
  from,
  to,
  testSet,
  reading,
  sha256,
}: TranslateData): DataIdentity {
  return {
    ...{ name, source, from, to, testSet },
    vocabulary: { source: reading.source.pieces.length, target: reading.target.pieces.length },
    splits: { train: counts(splits.train), valid: counts(splits.valid), test: counts(splits.test) },
    sha256,
  };
}

/** Pairs, and tokens of both sides with what ends a sentence. */
export function counts({
  length,
  source,
  target,
}: Pairs): Record<'pairs' | 'sourceTokens' | 'targetTokens', number> {
  const tokens = (encoded: readonly Int32Array[]): number =>
    encoded.reduce((sum, one) => sum + one.length + 1, 0);
  return { pairs: length, sourceTokens: tokens(source.encoded), targetTokens: tokens(target.encoded) };
}
