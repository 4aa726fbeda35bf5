/** Parameters by name: of a layer, of several layers in one object, or of one's own. */
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import { tensorAdvice } from './check.ts';
import { Tensor } from './tensor.ts';

/** An object of tensors by name; what is undefined is no parameter. `cell.parameters` is one, as is `{ ...cell.parameters, weightOut }`. */
export type ParameterSet<P> = { readonly [K in keyof P]: Tensor | undefined };

/**
 * The parameters that are there, in their order.
 * @throws ConfigError for what is no object of tensors, or one tensor, or one memory, under two names
 */
export function namedParameters(where: string, parameters: unknown): Record<string, Tensor> {
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    throw new ConfigError(
      `${where}: expected parameters to be an object of tensors by name, got ${found(parameters)}; give layer.parameters`,
    );
  }
  const named: Record<string, Tensor> = {};
  const names = new Map<Tensor, string>();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    if (!(value instanceof Tensor)) {
      throw new ConfigError(
        `${where}: expected the parameter ${name} to be a tensor, got ${found(value)}${tensorAdvice(value)}`,
      );
    }
    const other = names.get(value);
    if (other !== undefined) {
      throw new ConfigError(
        `${where}: expected every parameter once, got one tensor as ${other} and as ${name}; name a shared one once`,
      );
    }
    names.set(value, name);
    named[name] = value;
  }
  const shared = sharedMemory(Object.entries(named));
  if (shared !== undefined) {
    throw new ConfigError(
      `${where}: expected every parameter to have memory of its own, got one for ${shared.join(' and ')}; name one of them, and make the other of it by reshape or slice where the loss is computed`,
    );
  }
  return named;
}

// --- internal ---

/** The names of two tensors of which one is a view of the other, or of a part of it. */
function sharedMemory(all: readonly (readonly [string, Tensor])[]): [string, string] | undefined {
  const parts = all
    .map(([name, { data }]) => ({
      name,
      buffer: data.buffer,
      from: data.byteOffset,
      to: data.byteOffset + data.byteLength,
    }))
    .filter(({ from, to }) => to > from);
  for (const [i, one] of parts.entries()) {
    const other = parts
      .slice(0, i)
      .find((two) => two.buffer === one.buffer && two.from < one.to && one.from < two.to);
    if (other) return [other.name, one.name];
  }
  return undefined;
}
