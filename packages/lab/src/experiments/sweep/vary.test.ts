import { expect, test } from 'vitest';
import { readVaried } from './vary.ts';

test.each([
  // Steps add up to .3 and not to .30000000000000004; both ends are in.
  ['dropout.recurrent=0:.4:.1', [0, 0.1, 0.2, 0.3, 0.4]],
  ['dropout.input=0:.75:.2', [0, 0.2, 0.4, 0.6]],
  ['dropout.input=.8:0:-.4', [0.8, 0.4, 0]],
  ['dropout.input=.5:.5:.1', [0.5]],
  ['optimizer.stepRate=.0001:.1:x10', [0.0001, 0.001, 0.01, 0.1]],
  ['optimizer.stepRate=1:.2:*.5', [1, 0.5, 0.25]],
  ['model.hidden=50, 100,200', [50, 100, 200]],
  ['model.cell=rnn,lstm', ['rnn', 'lstm']],
  ['optimizer.clipNorm=none,1', ['none', 1]],
  ['dropout.form=probit,daunizeau', ['probit', 'daunizeau']],
  ['model.dropout=none,fast:input=.1,recurrent=.2,awd', ['none', 'fast:input=.1,recurrent=.2', 'awd']],
])('%s', (text, values) => {
  expect(readVaried(text)).toEqual({ key: text.slice(0, text.indexOf('=')), values });
});

test('keys behind semicolons move with the first', () => {
  expect(readVaried('pairs.fraction=.25,.5,1; training.epochs=4,2,1;training.batch=8,8,16')).toEqual({
    key: 'pairs.fraction',
    values: [0.25, 0.5, 1],
    together: { 'training.epochs': [4, 2, 1], 'training.batch': [8, 8, 16] },
  });
});

test.each([
  [
    'model.hidden=1,2;training.epochs=1',
    'as many values of training.epochs as of model.hidden, found 1 and 2',
  ],
  ['model.hidden=1,2;model.hidden=3,4', 'has model.hidden twice'],
  ['model.hidden=1,2;', 'expects KEY=START:END:STEP or KEY=A,B,C'],
  ['dropout.input', 'expects KEY=START:END:STEP or KEY=A,B,C'],
  ['dropout.input=', 'expects values, found none'],
  ['dropout.input=0:.8:0', 'expects a step other than 0'],
  ['dropout.input=.8:0:.1', 'is empty: no step of 0.1 leads from 0.8 to 0'],
  ['dropout.input=0:.8', 'expects START:END:STEP in numbers, such as 0:.8:.1 or .0001:.1:x10, found 0:.8'],
  ['dropout.input=0:b:.1', 'expects START:END:STEP in numbers'],
  ['dropout.input=0:.8:.1:.1', 'expects START:END:STEP in numbers'],
  ['dropout.input=0:.8:1e-9', 'more than 1000'],
  ['optimizer.stepRate=0:1:x10', 'expects ends above 0 and a factor'],
  ['optimizer.stepRate=.1:1:x1', 'expects ends above 0 and a factor'],
  ['optimizer.stepRate=1:.1:x2', 'is empty: no factor of 2 leads from 1 to 0.1'],
  ['dropout.input=.1,,.2', 'found nothing in place 2'],
  ['dropout.input=.1,0.1', 'has 0.1 twice'],
  ['seed=1,2', '--seeds says how many there are'],
  ['task=music,text', 'cannot vary task'],
  ['model.dropout=none,fats', 'did you mean "fast"'],
])('%s is refused: %s', (text, message) => {
  expect(() => readVaried(text)).toThrow(message);
});
