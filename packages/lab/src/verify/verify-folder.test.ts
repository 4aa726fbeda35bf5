import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from 'lethe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyFolder } from './verify-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-verify-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const save = (name: string, content: unknown) =>
  writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const array = (shape: number[], ...data: number[]) => ({ shape, data });

/** One identity unit, one step: h = z h0 + (1 - z)(x w + h0 u + b), y = 2 h. By hand: 2*3 + 1*0.5 + 1 = 7.5. */
function rnnCase() {
  return {
    name: 'by-hand',
    op: 'rnn',
    config: { activation: 'identity' } as Record<string, unknown>,
    inputs: {
      x: array([1, 1, 1], 2),
      w_in: array([1, 1], 3),
      w_rec: array([1, 1], 0.5),
      b: array([1], 1),
      h0: array([1, 1], 1),
      'mask.output.step': array([1, 1, 1], 2),
      'cotangent.y': array([1, 1, 1], 1),
    } as Record<string, unknown>,
    outputs: { y: array([1, 1, 1], 15), h: array([1, 1], 7.5) },
    loss: 15,
    grads: {
      x: array([1, 1, 1], 6),
      w_in: array([1, 1], 4),
      w_rec: array([1, 1], 2),
      b: array([1], 2),
      h0: array([1, 1], 1),
    },
  };
}

describe('verifyFolder', () => {
  it('passes a case worked out by hand and says how near it came', async () => {
    await save('by-hand.json', rnnCase());
    const seen: string[] = [];
    const result = await verifyFolder(folder, { onCase: (name, outcome) => seen.push(`${name} ${outcome}`) });
    expect(result).toMatchObject({
      passed: 1,
      failed: 0,
      skipped: [],
      failures: [],
      worst: { name: 'by-hand' },
    });
    expect(seen).toEqual(['by-hand passed']);
  });

  it('takes a missing h0 as zero, a cell mask, and the expectation of zoneout', async () => {
    const golden = rnnCase();
    delete golden.inputs.h0;
    golden.inputs['mask.cell.sequence'] = array([1, 1], 2);
    golden.config.zoneoutHiddenExpectation = 0.25;
    // n = 7, masked 14, h = 0.75 * 14 = 10.5, y = 21; dn = 2 * 0.75 * 2 = 3; dh0 = 0.25 * 2 + 3 * 0.5.
    golden.outputs = { y: array([1, 1, 1], 21), h: array([1, 1], 10.5) };
    golden.loss = 21;
    golden.grads = {
      x: array([1, 1, 1], 9),
      w_in: array([1, 1], 6),
      w_rec: array([1, 1], 0),
      b: array([1], 3),
      h0: array([1, 1], 2),
    };
    await save('zoneout.json', golden);
    expect(await verifyFolder(folder)).toMatchObject({ passed: 1, failures: [] });
  });

  it('multiplies two masks on one site', async () => {
    const golden = rnnCase();
    golden.inputs['mask.output.step'] = array([1, 1, 1], 4);
    golden.inputs['mask.output.sequence'] = array([1, 1], 0.5);
    await save('both.json', golden);
    expect(await verifyFolder(folder)).toMatchObject({ passed: 1, failures: [] });
  });

  it.each([
    ['outputs', 'y', 15.0003, /outputs\.y is off by 2\.0e-5/],
    ['grads', 'x', 6.001, /grads\.x is off by 1\.7e-4/],
  ] as const)('fails a case whose %s are beyond the tolerance', async (kind, name, value, reason) => {
    const golden = rnnCase();
    (golden[kind] as Record<string, unknown>)[name] = array([1, 1, 1], value);
    await save('off.json', golden);
    const result = await verifyFolder(folder);
    expect(result).toMatchObject({ passed: 0, failed: 1 });
    expect(result.failures[0].reason).toMatch(reason);
  });

  it('fails a case whose loss is wrong', async () => {
    await save('loss.json', { ...rnnCase(), loss: 15.001 });
    expect((await verifyFolder(folder)).failures[0].reason).toMatch(/^loss is off/);
  });

  it('skips an operation that is not implemented, by name', async () => {
    await save('by-hand.json', rnnCase());
    await save('future.json', { ...rnnCase(), op: 'toString' });
    expect(await verifyFolder(folder)).toMatchObject({ passed: 1, failed: 0, skipped: ['future: toString'] });
  });

  it.each([
    ['text that is no JSON', '{"op": "rnn"', /not JSON/],
    ['a list', '[]', /should be an object/],
    ['no operation', { config: {} }, /"op" is missing/],
    ['a missing input', { ...rnnCase(), inputs: {} }, /input "x" is missing/],
    ['nothing expected', { ...rnnCase(), outputs: {}, grads: {}, loss: undefined }, /expects nothing/],
    [
      'too few numbers',
      { ...rnnCase(), outputs: { y: array([2, 1, 1], 1) } },
      /of shape \[2,1,1\] should hold 2 numbers, found 1/,
    ],
    ['a wrong size', { ...rnnCase(), outputs: { y: array([2], 1, 1) } }, /outputs\.y should hold 1 numbers/],
    ['an unknown output', { ...rnnCase(), outputs: { z: array([1], 1) } }, /outputs "z" is not a result/],
    ['an unknown activation', { ...rnnCase(), config: { activation: 'gelu' } }, /should be one of tanh/],
    [
      'text for a number',
      { ...rnnCase(), grads: { x: { shape: [1], data: ['1'] } } },
      /should be a finite number, found "1"/,
    ],
    [
      'a mask without a place',
      { ...rnnCase(), inputs: { ...rnnCase().inputs, 'mask.update.step': array([1, 1, 1], 1) } },
      /"mask\.update\.step" is no mask of this layer/,
    ],
    ['an optimizer without a start', { op: 'optimizer', config: { lr: 1 } }, /"initial" is missing/],
  ])('fails a case with %s, with the reason', async (_what, content, reason) => {
    await save('bad.json', content);
    await save('by-hand.json', rnnCase());
    const result = await verifyFolder(folder);
    expect(result).toMatchObject({ passed: 1, failed: 1, failures: [{ name: 'bad' }] });
    expect(result.failures[0].reason).toMatch(reason);
  });

  it('follows an optimizer named by its file to its evaluation point', async () => {
    // momentum 0.5 from v = 0, r = 1: r = 0.9*1 + 0.1*1 = 1, s = 0.1; the parameter moves by v = 0.1, then by 0.5*0.1 + 0.1.
    const one = array([1], 1);
    await save('rmsprop_by_hand.json', {
      op: 'optimizer',
      config: { stepRate: 0.1, momentum: 0.5, decay: 0.9, epsilon: 1e-12, initialMeanSquare: 1 },
      initial: one,
      gradients: [one, one],
      trajectory: [array([1], 0.9), array([1], 0.75)],
    });
    expect(await verifyFolder(folder)).toMatchObject({ passed: 1, failures: [] });
  });

  it('refuses a folder that is missing, empty or a file', async () => {
    await expect(verifyFolder(join(folder, 'nowhere'))).rejects.toThrow(DataError);
    await expect(verifyFolder(folder)).rejects.toThrow(/holds no \.json case/);
    await save('by-hand.json', rnnCase());
    await expect(verifyFolder(join(folder, 'by-hand.json'))).rejects.toThrow(/is no folder/);
  });
});
