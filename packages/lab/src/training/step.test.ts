import { expect, test } from 'vitest';
import { noSums } from '../runs/state.ts';
import type { MusicTask } from '../tasks/music/task.ts';
import { resolveConfig } from './resolve.ts';
import { openSession } from './session.ts';
import { trainStep } from './step.ts';
import { tinyConfig, tinyData } from './tiny.suite.ts';

const data = tinyData();
const values = (session: ReturnType<typeof openSession>): number[] =>
  Object.values(session.task.model.parameters).flatMap((parameter) => parameter.toArray());

test('the global norm of a step of gradient descent is the norm it is clipped to', () => {
  // With a step rate of 1 the parameters move by the clipped gradient itself.
  const session = openSession(
    tinyConfig('optimizer.name=sgd', 'optimizer.stepRate=1', 'optimizer.clipNorm=.25'),
    data,
  );
  const before = values(session);
  trainStep(session);
  const moved = Math.hypot(...values(session).map((value, i) => value - before[i]));
  expect(moved).toBeCloseTo(0.25, 5);
});

test('clipping as in the code of Bayer et al. (2013) lengthens what is longer than the root', () => {
  const moved = (...set: string[]): number => {
    const session = openSession(tinyConfig('optimizer.name=sgd', 'optimizer.stepRate=1', ...set), data);
    const before = values(session);
    trainStep(session);
    return Math.hypot(...values(session).map((value, i) => value - before[i]));
  };
  const free = moved('optimizer.clipNorm=none');
  expect(free).toBeGreaterThan(1);
  // between the root and the square: the root of the limit is below, the limit itself above
  const limit = free ** 1.5;
  expect(moved(`optimizer.clipNorm=${limit}`)).toBeCloseTo(free, 4);
  expect(moved(`optimizer.clipNorm=${limit}`, 'quirks.clipEnlarges=true') / limit).toBeCloseTo(1, 4);
  expect(moved(`optimizer.clipNorm=${2 * free ** 2}`, 'quirks.clipEnlarges=true')).toBeCloseTo(free, 4);
});

test('a step counts frames, not steps of padding', () => {
  const session = openSession(tinyConfig(), data);
  const chunks = (session.task as MusicTask).chunksOf({ epoch: 0, position: 0 });
  trainStep(session);
  expect(session.state).toMatchObject({ step: 1, position: 1 });
  expect(session.state.sums.terms).toBe(chunks.reduce((sum, chunk) => sum + chunk.frames.length - 1, 0));
});

test('an epoch goes through every chunk once, in an order of its own', () => {
  const task = openSession(tinyConfig(), data).task as MusicTask;
  const epoch = (n: number) => [0, 1, 2, 3, 4].flatMap((position) => task.chunksOf({ epoch: n, position }));
  const [first, second] = [epoch(0), epoch(1)];
  expect(first).toHaveLength(task.chunks.length);
  expect(new Set(first)).toEqual(new Set(task.chunks));
  expect(second).not.toEqual(first);
  expect(epoch(0)).toEqual(first);
});

test.each(['readout.weight', 'rnn.bias'])('a NaN in %s stops before the update and is named', (name) => {
  const session = openSession(tinyConfig('model.dropout=none'), data);
  trainStep(session);
  session.task.model.parameters[name].data[3] = Number.NaN;
  const before = values(session);
  expect(() => trainStep(session)).toThrow(
    expect.objectContaining({
      code: 'E_NUMERICS',
      message: expect.stringMatching(`step 2 .*NaN, ${name} is not finite`),
    }),
  );
  expect(values(session)).toEqual(before);
  expect(session.state.step).toBe(1);
});

test.each(['sgd', 'adam', 'adamw', 'rmsprop'])('%s lowers the training NLL', (name) => {
  const set = [`optimizer.name=${name}`, 'optimizer.stepRate=.01'];
  const { optimizer } = resolveConfig('music/tiny', { set });
  const session = openSession({ ...tinyConfig('model.dropout=none'), optimizer }, data);
  const nll = (): number => {
    trainStep(session);
    const { nll, terms } = session.state.sums;
    session.state.sums = noSums();
    session.state.position = 0; // the same minibatch again
    return nll / terms;
  };
  const first = nll();
  for (let i = 0; i < 10; i++) nll();
  expect(nll()).toBeLessThan(first);
});

test('a step notes the norm of its gradients before clipping, whether it was clipped, and its rate', () => {
  const seen = (...set: string[]) => {
    const session = openSession(tinyConfig('optimizer.name=sgd', 'optimizer.stepRate=1', ...set), data);
    const before = values(session);
    trainStep(session);
    const moved = Math.hypot(...values(session).map((value, i) => value - before[i]));
    return { moved, ...session.state.sums };
  };
  // unclipped and with a step rate of 1 the parameters move by the gradient itself
  const free = seen('optimizer.clipNorm=none');
  expect(free.gradients.norm).toBeCloseTo(free.moved, 3);
  expect(free.gradients).toMatchObject({ largest: free.gradients.norm, clipped: 0, steps: 1 });
  expect(free.stepRate).toBe(1);
  expect(seen('optimizer.clipNorm=.25').gradients).toEqual({ ...free.gradients, clipped: 1 });
});
