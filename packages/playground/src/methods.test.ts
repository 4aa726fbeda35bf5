import { dropoutMethods } from 'lethe/dropout';
import { expect, test } from 'vitest';
import { offeredMethods } from './methods.ts';
import { networkOf } from './training.ts';

const offered = offeredMethods();

test('every method of the library that needs no other beside it is offered', () => {
  const others = dropoutMethods().filter((name) => !offered.some((one) => one.name === name));
  // Both steer the noise of another method; the page takes them in words.
  expect(others).toEqual(['fraternal', 'curriculum']);
});

test('each is honoured with the rates that it is offered with, by every cell that it is offered for', () => {
  for (const { name, keys } of offered) {
    for (const cell of ['rnn', 'lstm', 'gru'] as const) {
      const rates = keys[cell]?.filter(({ kind }) => kind === 'rate');
      if (!rates) continue;
      const settings = rates.map((rate) => `${rate.key}=${rate.default ?? 0.25}`).join(',');
      const dropout = settings === '' ? name : `${name}:${settings}`;
      expect(() => networkOf({ cell, dropout, hidden: 2, layers: 1, seed: 0 }), dropout).not.toThrow();
    }
  }
});

test('rates have the defaults of the method, and those that a cell lacks are not shown', () => {
  const keys = (name: string, cell: 'rnn' | 'lstm') =>
    Object.fromEntries(
      offered.find((one) => one.name === name)!.keys[cell]!.map((one) => [one.key, one.default]),
    );
  expect(keys('zoneout', 'lstm')).toEqual({ hidden: 0.05, cell: 0.5 }); // Krueger et al. 2016
  expect(keys('zoneout', 'rnn')).toEqual({ hidden: 0.05 });
  expect(keys('variational', 'lstm')).not.toHaveProperty('embedding');
});
