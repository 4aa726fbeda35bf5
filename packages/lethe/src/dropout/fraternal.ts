/** Fraternal dropout: two runs with their own noise are pulled together. */
import { checkArray } from '../checks.ts';
import { ConfigError } from '../errors.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import type { MethodKeys } from './method-keys.ts';
import { methodName } from './method-name.ts';
import { type NoiseSite, noiseSites, type Regularizer, type TwoPasses } from './noise.ts';
import { oneOf } from './one-of.ts';

/** Its settings. */
export const fraternalKeys = {
  kappa: {
    kind: 'number',
    about: 'weight of the distance: 0.15, or 0.25 of expectation-linear',
    search: { from: 0.01, to: 1 },
  },
  variant: {
    kind: 'word',
    about: 'which runs have noise and targets',
    words: ['fraternal', 'expectation-linear', 'pi'],
    default: 'fraternal',
  },
  same: { kind: 'sites', about: 'sites whose masks both runs share: weight/embedding; none unless given' },
} as const satisfies MethodKeys;

/** Options of {@link fraternal}. */
export interface FraternalOptions {
  /** weight of the distance. @defaultValue 0.15; 0.25 for expectation-linear */
  kappa?: number;
  /**
   * `fraternal`: both runs have noise and targets; `pi`: both have noise, the first alone has targets (Laine and
   * Aila 2017); `expectation-linear`: the second is the test-time network, without targets (Ma et al. 2017).
   * @defaultValue 'fraternal'
   */
  variant?: 'fraternal' | 'expectation-linear' | 'pi';
  /** sites whose masks both runs share. @defaultValue [] */
  same?: readonly NoiseSite[];
}

/**
 * Zolna, Arpit, Suhubdy, Bengio 2017, "Fraternal dropout": (l(z1) + l(z2)) / 2 + kappa mean((z1 - z2)²), z
 * the logits of two runs from the same state; the noise is that of the methods it is combined with. At test
 * one run, as those methods test.
 * @throws ConfigError for an unknown option or site, a negative kappa, or shared masks where the second run has none
 */
export function fraternal(options: FraternalOptions = {}): Regularizer {
  checkOptionNames('fraternal', options, Object.keys(fraternalKeys));
  const { variant = 'fraternal', same = [] } = options;
  oneOf('fraternal', 'variant', variant, fraternalKeys.variant.words);
  const { kappa = variant === 'expectation-linear' ? 0.25 : 0.15 } = options;
  checkNumber('fraternal', 'kappa', kappa, { from: 0 });
  checkArray('fraternal', 'same', same, 'sites');
  for (const site of same) oneOf('fraternal', 'same', site, noiseSites);
  if (variant === 'expectation-linear' && same.length > 0) {
    throw new ConfigError(
      `fraternal: expected no shared masks with expectation-linear, whose second run has none, got same ${same.join('/')}`,
    );
  }
  return {
    name: methodName('fraternal', options),
    reference: 'Zolna, Arpit, Suhubdy, Bengio 2017, Fraternal dropout',
    noise: [],
    modes: { train: 'mean', test: 'mean' },
    passes: { kappa, ...variants[variant], sameMasks: same },
  };
}

// --- internal ---

const variants: Record<string, Pick<TwoPasses, 'second' | 'targets'>> = {
  fraternal: { second: 'noise', targets: 'both' },
  'expectation-linear': { second: 'mean', targets: 'first' },
  pi: { second: 'noise', targets: 'first' },
};
