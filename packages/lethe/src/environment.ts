/** A variable of the environment; undefined where it is empty, where there are none, and where the runtime lets nobody read it (Deno without --allow-env). */
export function environment(name: string): string | undefined {
  try {
    return globalThis.process?.env?.[name] || undefined;
  } catch {
    return undefined;
  }
}
