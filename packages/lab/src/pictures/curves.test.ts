import { expect, test } from 'vitest';
import { curvePanel, helpfulScale } from './curves.ts';

const perplexities = [[300, 120, 80]];

test('values far apart have a logarithmic axis, unless one of them is 0 or more is better', () => {
  expect(helpfulScale(perplexities)).toBe('log');
  expect(helpfulScale(perplexities, 'lower')).toBe('log');
  expect(helpfulScale([[8.6, 8.1]], 'lower')).toBe('linear');
  expect(helpfulScale([[300, 0, 80]], 'lower')).toBe('linear');
  // BLEU of an early epoch and of a late one: what tells 22 from 24 is what people look for.
  expect(helpfulScale([[2, 15, 24]], 'higher')).toBe('linear');
});

test('a panel says on its axis that it is logarithmic', () => {
  const panel = (better: 'lower' | 'higher') =>
    curvePanel({ title: 'run', axis: 'epoch', label: 'figure', better }, [
      { kind: 'line', x: [1, 2, 3], y: [2, 15, 24], colour: '#000' },
    ]);
  expect(JSON.stringify(panel('lower'))).toContain('figure (log scale)');
  expect(JSON.stringify(panel('higher'))).not.toContain('log scale');
});

test('of what is better the lower it is a curve that ran away is cut off, of what is better the higher none', () => {
  const y = [
    [1, 1],
    [1, 1.2],
    [2, 40],
  ];
  const panel = (better: 'lower' | 'higher') =>
    JSON.stringify(
      curvePanel(
        { title: 'runs', axis: 'epoch', label: 'figure', better, mayDiverge: true },
        y.map((values) => ({ kind: 'line', x: [1, 2], y: values, colour: '#000' })),
      ),
    );
  expect(panel('lower')).toContain('go on above');
  // 40 BLEU beside two that reach 1: that is the run to be seen.
  expect(panel('higher')).not.toContain('go on above');
  expect(panel('higher')).toContain('>40</text>');
});
