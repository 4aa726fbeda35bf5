/** Settings of a stretch of code and of all that it awaits. */

/** Runs `body` with a value that `now` gives inside it. */
export interface Scopes<S> {
  now(): S | undefined;
  run<T>(value: S, body: () => T): T;
}

/** By AsyncLocalStorage in Node.js; elsewhere one after the other, which parallel stretches of one thread do not keep apart. */
export function newScopes<S>(): Scopes<S> {
  const hooks = globalThis.process?.getBuiltinModule?.('node:async_hooks');
  if (hooks) {
    const storage = new hooks.AsyncLocalStorage<S>();
    return { now: () => storage.getStore(), run: (value, body) => storage.run(value, body) };
  }
  let current: S | undefined;
  return {
    now: () => current,
    run(value, body) {
      const before = current;
      current = value;
      const back = (): void => {
        current = before;
      };
      let result: ReturnType<typeof body>;
      try {
        result = body();
      } catch (error) {
        back();
        throw error;
      }
      if (result instanceof Promise) return result.finally(back) as typeof result;
      back();
      return result;
    },
  };
}
