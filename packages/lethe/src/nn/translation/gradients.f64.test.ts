import { describe, expect, it } from 'vitest';
import { checkGradients } from '../../autograd/check.ts';
import { dtype } from '../../tensor/dtype.ts';
import { batchOf, pairs, smallModel, stream } from './testing.suite.ts';

/** The gradient of the whole loss in float64: LETHE_DTYPE=f64 with the portable engine. */
describe.runIf(dtype === 'f64')('the loss of a translation model', () => {
  const noise =
    'variational:input=.2,recurrent=.2,output=.3,embedding=.1,context=.3+zoneout:hidden=.1+awd:weight=.2,ar=.1,tar=.1';
  it.each([
    { form: 'after' as const, attention: 'additive' as const },
    {
      form: 'after' as const,
      target: { vocabulary: 9, embedding: 6, hiddenSizes: [7, 8] },
      cell: 'lstm' as const,
    },
    { form: 'input-feeding' as const, attention: 'general' as const, tied: false },
    { form: 'conditional' as const, attention: 'additive' as const },
  ])('has the slopes of its differences, all noise drawn: %j', (options) => {
    const model = smallModel({ ...options, noise });
    const batch = batchOf(pairs);
    const { worst } = checkGradients(Object.values(model.parameters), () => model.loss(batch, stream).loss);
    expect(worst).toBeLessThan(1e-6);
  });
});
