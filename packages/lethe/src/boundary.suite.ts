/**
 * Every public function with every kind of wrong value in every position: what is refused is refused by an error of Lethe, and
 * what is taken gives a result. Registered by index.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { rightCalls } from './boundary-calls.suite.ts';
import * as lethe from './boundary-exports.suite.ts';
import { rightMethods } from './boundary-methods.suite.ts';
import { rightOptions } from './boundary-options.suite.ts';
import { wrongValues } from './boundary-values.suite.ts';
import { LetheError } from './errors.ts';

/** Calls, and returns what went wrong: nothing, or what was thrown that is no error of Lethe. */
function slipOf(call: () => unknown): string | undefined {
  try {
    const result = call();
    // Nobody waits for what an async function makes of a wrong value; its failure must not end the tests.
    if (result instanceof Promise) result.catch(() => {});
    return undefined;
  } catch (error) {
    if (error instanceof LetheError && error.message.length < 2200) return undefined;
    return error instanceof Error ? `${error.name}: ${error.message.slice(0, 200)}` : String(error);
  }
}

/** Registers the walk. */
export function describeBoundary(engine: lethe.EngineName): void {
  const functions = Object.entries(lethe).filter(([, value]) => typeof value === 'function');
  const invoke = (value: unknown, args: unknown[]): unknown => {
    const isClass = /^class\b/.test(Function.prototype.toString.call(value));
    const callee = value as new (...args: unknown[]) => unknown;
    return isClass ? new callee(...args) : (callee as unknown as (...args: unknown[]) => unknown)(...args);
  };

  describe(`the public boundary, ${engine}`, () => {
    it('is walked as a whole: every exported function has a right call here', () => {
      expect(Object.keys(rightCalls).sort()).toEqual(functions.map(([name]) => name).sort());
    });

    it.each(functions)(
      '%s takes its right call, and refuses wrong values by an error of Lethe',
      (name, value) => {
        lethe.useEngine(engine);
        const make = rightCalls[name];
        if (name !== 'gradientOf') expect(slipOf(() => invoke(value, make()))).toBeUndefined();
        const slips: string[] = [];
        const places = Math.max(make().length, 1);
        for (let place = 0; place < places; place++) {
          for (const [kind, wrong] of Object.entries(wrongValues)) {
            const args = make();
            args[place] = wrong();
            const slip = slipOf(() => invoke(value, args));
            if (slip) slips.push(`argument ${place + 1}, ${kind}: ${slip}`);
          }
        }
        for (let count = 0; count < make().length; count++) {
          const slip = slipOf(() => invoke(value, make().slice(0, count)));
          if (slip) slips.push(`${count} arguments: ${slip}`);
        }
        expect(slips).toEqual([]);
      },
    );

    it.each(Object.entries(rightMethods))('%s refuses wrong values by an error of Lethe', (_, make) => {
      lethe.useEngine(engine);
      const right = make();
      right.call(...right.args);
      const slips: string[] = [];
      for (let place = 0; place < right.args.length; place++) {
        for (const [kind, wrong] of Object.entries(wrongValues)) {
          const { call, args } = make();
          args[place] = wrong();
          const slip = slipOf(() => call(...args));
          if (slip) slips.push(`argument ${place + 1}, ${kind}: ${slip}`);
        }
      }
      expect(slips).toEqual([]);
    });

    it.each(Object.entries(rightOptions))('the options of %s are refused by an error of Lethe', (_, of) => {
      lethe.useEngine(engine);
      const right = of();
      right.make(right.options as never);
      const slips: string[] = [];
      for (const name of Object.keys(right.options)) {
        for (const [kind, wrong] of Object.entries(wrongValues)) {
          const { make, options } = of();
          const slip = slipOf(() => make({ ...options, [name]: wrong() } as never));
          if (slip) slips.push(`${name}, ${kind}: ${slip}`);
        }
      }
      const misspelt = slipOf(() => right.make({ ...right.options, hidenSise: 1 } as never));
      if (misspelt) slips.push(misspelt);
      expect(() => right.make({ ...right.options, hidenSise: 1 } as never)).toThrow(LetheError);
      expect(slips).toEqual([]);
    });
  });
}
