/** The head of a configuration. */
import { ConfigError } from 'lethe';
import type { Regularizer } from 'lethe/dropout';
import type { Resolved } from '../settings.ts';
import { gaussianHead } from './gaussian.ts';
import type { Head } from './head.ts';
import { negativeBinomialHead } from './negative-binomial.ts';
import { quantileHead } from './quantiles.ts';
import { studentTHead } from './student-t.ts';

/** Throws ConfigError for quantiles of which paths would have to be drawn. */
export function headOf({ head, mode, horizon }: Resolved, regularizer: Regularizer): Head {
  switch (head) {
    case 'quantiles':
      if (mode === 'direct') return quantileHead();
      throw new ConfigError(
        'forecast.head: expected a distribution that can be drawn with forecast.mode autoregressive (gaussian, student-t, negative-binomial), found quantiles',
      );
    case 'gaussian':
      return gaussianHead(mode === 'direct' ? horizon : 1, regularizer.modes.train === 'moments');
    case 'student-t':
      return studentTHead();
    case 'negative-binomial':
      return negativeBinomialHead();
  }
}
