import { describe, expect, test } from 'vitest';
import { dropoutParameters, settingIn, withSetting } from './dropout-words.ts';

describe('a setting in the words of a method', () => {
  test('is changed where it stands, added where it does not', () => {
    expect(withSetting('fast:input=.1,output=.5', 'dropout.input', 0.3)).toBe('fast:input=0.3,output=.5');
    expect(withSetting('fast:input=.1', 'dropout.form', 'probit')).toBe('fast:input=.1,form=probit');
    expect(withSetting('zoneout', 'dropout.hidden', 0)).toBe('zoneout:hidden=0');
  });

  test('belongs to the method that has it, or to the one that is named', () => {
    const words = 'fraternal:kappa=.1+awd:weight=.5';
    expect(withSetting(words, 'dropout.weight', 0.2)).toBe('fraternal:kappa=.1+awd:weight=0.2');
    expect(withSetting(words, 'dropout.fraternal.kappa', 1)).toBe('fraternal:kappa=1+awd:weight=.5');
    expect(() => withSetting('naive+standard', 'dropout.input', 0.2)).toThrow(
      'dropout.input: several methods of naive+standard have it; write dropout.naive.input or dropout.standard.input',
    );
  });

  test('that no method has is refused with the nearest', () => {
    expect(() => withSetting('awd:weight=.5', 'dropout.weigth', 0.2)).toThrow(
      "did you mean 'dropout.weight'?",
    );
    expect(() => withSetting('none', 'dropout.input', 0.2)).toThrow(
      'dropout.input: none has no settings; choose a method with --dropout',
    );
  });

  test('is read as what it is, with what leaving it out means', () => {
    const words = 'awd:weight=.5,rows=true';
    const of = (key: string) => settingIn(words, `dropout.${key}`);
    // A rate that is not given beside others is 0, a penalty its default.
    expect([of('weight'), of('rows'), of('input'), of('ar')]).toEqual([0.5, true, 0, 0]);
    expect(settingIn('fraternal+awd', 'dropout.fraternal.kappa')).toBeNull();
    expect(settingIn('fast:form=probit', 'dropout.form')).toBe('probit');
  });

  test('all are listed by the names that studies have for them', () => {
    const names = (words: string) => dropoutParameters(words).map(({ parameter }) => parameter);
    expect(names('zoneout')).toEqual(['dropout.hidden', 'dropout.cell']);
    expect(names('zoneout+tar')).toEqual([
      'dropout.zoneout.hidden',
      'dropout.zoneout.cell',
      'dropout.tar.beta',
    ]);
  });
});
