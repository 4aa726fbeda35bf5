/** What a method does at test, in sentences for people; from the modes and entries of its plan, whatever it is called. */
import type { LaidMethod } from './drawn-masks.ts';

export function testTimeWords({ regularizer, plans }: LaidMethod): string[] {
  const { modes, moments, weightNoise, penalties = [], passes } = regularizer;
  const kinds = plans.flatMap(({ entries }) => entries.map(({ noise }) => noise));
  const sentences: string[] = [];
  if (modes.test === 'moments') {
    sentences.push(
      `The noise stays: its mean and variance go through the network as in training, without draws${moments ? ` (form ${moments.form})` : ''}. What comes out is a distribution of every output.`,
    );
  } else if (modes.test === 'mean') {
    if (kinds.length === 0 && !weightNoise) sentences.push('The network is the one that was trained.');
    else sentences.push('The noise is off: one pass through the mean network.');
    if (kinds.some(({ kind, scaling }) => kind !== 'zoneout' && scaling === 'inverted')) {
      sentences.push('What was kept was divided by 1 − rate while training, so that nothing is scaled now.');
    }
    if (kinds.some(({ kind, scaling }) => kind === 'drop' && scaling === 'paper')) {
      sentences.push(
        'Every unit is multiplied by 1 − rate now, since what was kept was not enlarged while training.',
      );
    }
    if (kinds.some(({ kind }) => kind === 'zoneout')) {
      sentences.push('Zoned-out states are mixed: rate × the previous value + (1 − rate) × the new one.');
    }
  } else if (modes.test === 'gaussian') {
    sentences.push(
      `Pre-activations are drawn from the Gaussian that the noise makes of them${modes.samples ? `, and ${modes.samples} such draws are averaged` : ''}.`,
    );
  } else {
    sentences.push(`The noise stays on${modes.samples ? `, and ${modes.samples} draws are averaged` : ''}.`);
  }
  if (weightNoise) sentences.push('The weights are the means of their distributions.');
  if (penalties.length > 0 || passes) sentences.push('Terms of the training loss have no part in it.');
  if (kinds.some(({ schedule }) => schedule)) sentences.push('Rates are those that training ends with.');
  return sentences;
}
