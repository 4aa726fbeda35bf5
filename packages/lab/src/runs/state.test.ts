import { describe, expect, it } from 'vitest';
import { initialState, parseState } from './state.ts';

describe('parseState', () => {
  it('reads a state whose metrics are not all numbers, as that of a run whose test is 0 throughout', () => {
    const metrics = { crps: 0.25, wql: Number.POSITIVE_INFINITY, coverage_90: Number.NaN };
    const state = {
      ...initialState(),
      best: { epoch: 1, train: { loss: 1 }, valid: metrics },
      finished: { reason: 'epochs' as const, test: metrics },
    };
    const text = JSON.stringify(state);
    const read = parseState(text, 'here');
    // What is no number stays none: JSON does not say which.
    const none = { crps: 0.25, wql: Number.NaN, coverage_90: Number.NaN };
    expect(read.best?.valid).toEqual(none);
    expect(read.finished?.test).toEqual(none);
    // So that a run that went on writes the bytes of the unbroken one.
    expect(JSON.stringify(read)).toBe(text);
  });
});
