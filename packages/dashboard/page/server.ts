/** Requests to the server of this page. */
import type { Refusal } from '../src/shared/api.ts';

/** What the server said no to, in its words. */
export class Refused extends Error {}

const kept = 'lethe-token';

/** The token in the address, kept for this origin and taken out of it: an address that is passed on should not hold it. */
export function takeToken(): void {
  const [, token] = /^#token=([\w-]+)$/.exec(location.hash) ?? [];
  if (token === undefined) return;
  localStorage.setItem(kept, token);
  history.replaceState(null, '', location.pathname + location.search);
}

export const hasToken = (): boolean => localStorage.getItem(kept) !== null;

/** Reads something. Throws Refused. */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answered(await fetch(path, { signal }));
}

/** Asks for something to be done. Throws Refused. */
export async function send<T>(path: string, body: object, signal?: AbortSignal): Promise<T> {
  return answered(
    await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Lethe-Token': localStorage.getItem(kept) ?? '' },
      body: JSON.stringify(body),
      signal,
    }),
  );
}

// --- internal ---

async function answered<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T;
  const { error } = (await response.json().catch(() => ({ error: response.statusText }))) as Refusal;
  throw new Refused(error);
}
