/** Two runs in one process, each with a precision and threads of its own. */
import { AsyncLocalStorage } from 'node:async_hooks';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { engineInUse, kernels } from 'lethe/engine';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withEngine } from '../runs/engine.ts';
import { tinyText, tinyTextConfig } from '../tasks/text/tiny-text.suite.ts';
import { train } from './train.ts';
import { evaluate, sample } from './trained.ts';

let parent: string;
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-two-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(parent, { recursive: true, force: true });
});

/** An engine that has bf16, computes as it does, and notes under which precision LSTMs of each size ran. */
function standIn(): Map<number, Set<boolean | undefined>> {
  const engine = kernels();
  const scope = new AsyncLocalStorage<{ bf16?: boolean }>();
  const seen = new Map<number, Set<boolean | undefined>>();
  vi.spyOn(engine, 'hasBf16').mockReturnValue(true);
  vi.spyOn(engine, 'within').mockImplementation((settings, body) =>
    scope.run({ ...scope.getStore(), ...settings }, body),
  );
  const forward = engine.lstmForward;
  vi.spyOn(engine, 'lstmForward').mockImplementation((p) => {
    seen.set(p.H, (seen.get(p.H) ?? new Set()).add(scope.getStore()?.bf16));
    return forward(p);
  });
  return seen;
}

describe('two runs side by side in one process', () => {
  const config = (hidden: number, dtype: string) =>
    tinyTextConfig(`model.hidden=${hidden}`, 'model.cell=lstm', `dtype=${dtype}`, 'training.epochs=3');

  it('compute each in its own precision: steps, evaluations, samples', async () => {
    const seen = standIn();
    const data = tinyText();
    const at = (name: string): string => path.join(parent, name);
    await Promise.all([
      train(config(5, 'bf16'), { out: at('half'), data }),
      train(config(6, 'f32'), { out: at('full'), data }),
    ]);
    const own = new Map([
      [5, new Set([true])],
      [6, new Set([false])],
    ]);
    expect(seen).toEqual(own);
    seen.clear();
    await Promise.all([
      evaluate(at('half'), 'valid', { data }),
      evaluate(at('full'), 'valid', { data }),
      sample(at('half'), { seed: 1, length: 3, temperature: 1 }),
      sample(at('full'), { seed: 1, length: 3, temperature: 1 }),
    ]);
    expect(seen).toEqual(own);
  });

  it('say in which precision they compute, in the plan and in environment.json', async () => {
    standIn();
    for (const dtype of ['bf16', 'f32']) {
      const out = path.join(parent, dtype);
      const planned: string[] = [];
      await train(config(5, dtype), {
        out,
        data: tinyText(),
        onEvent: (event) => event.event === 'plan' && planned.push(event.dtype),
      });
      expect(planned).toEqual([dtype]);
      expect(JSON.parse(fs.readFileSync(path.join(out, 'environment.json'), 'utf8')).dtype).toBe(dtype);
    }
  });

  it('have the bits that each has alone', async () => {
    const data = tinyText();
    const bytes = (name: string): Buffer =>
      fs.readFileSync(path.join(parent, name, 'checkpoints', 'last.safetensors'));
    const trained = (name: string, hidden: number, threads: number) =>
      train({ ...config(hidden, 'f32'), threads }, { out: path.join(parent, name), data });
    await trained('first alone', 5, 1);
    await trained('second alone', 6, 2);
    await Promise.all([trained('first', 5, 1), trained('second', 6, 2)]);
    expect(bytes('first').equals(bytes('first alone'))).toBe(true);
    expect(bytes('second').equals(bytes('second alone'))).toBe(true);
  });
});

describe('the engine of a run', () => {
  const before = engineInUse();

  it.skipIf(before.engine === 'portable')('holds for all that the work awaits, and no longer', async () => {
    const threads = before.threads === 1 ? 2 : 1;
    const found = await withEngine({ dtype: 'f32', threads }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return engineInUse().threads;
    });
    expect(found).toBe(threads);
    expect(engineInUse()).toEqual(before);
  });

  it('is that of the process where a run says nothing of threads', () => {
    expect(withEngine({ dtype: 'f32', threads: null }, engineInUse)).toEqual(before);
  });
});
