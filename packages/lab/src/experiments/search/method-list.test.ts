import { expect, test } from 'vitest';
import { methodList } from './method-list.ts';

test('commas part methods, and the settings of one', () => {
  expect(
    methodList('none, fast:input=.1,recurrent=.2,awd,fraternal:kappa=.1+awd:weight=.5,input=.1'),
  ).toEqual(['none', 'fast:input=.1,recurrent=.2', 'awd', 'fraternal:kappa=.1+awd:weight=.5,input=.1']);
});

test.each([
  ['none,fats', 'did you mean "fast"'],
  ['none,fast:inptu=.1', 'did you mean "input"'],
  ['none,,fast', 'found nothing in place 2'],
  ['', 'found nothing in place 1'],
  ['none,fast,none', '--methods expects none once, found it twice'],
  ['input=.1', 'unknown method "input=.1"'],
  ['fast:input=2', 'input'],
])('%s is refused: %s', (list, message) => {
  expect(() => methodList(list)).toThrow(message);
});
