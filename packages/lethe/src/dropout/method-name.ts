import { shown } from '../found.ts';

/** How a method with its settings is written: `fast:input=0.1,output=0.5`, as {@link parseDropout} reads it. */
export function methodName(method: string, options: object): string {
  const settings = Object.entries(options)
    .filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.map(shown).join('/') : shown(value)}`);
  return settings.length === 0 ? method : `${method}:${settings.join(',')}`;
}
