/** What `--observe` knows; each name is a file of this room. */
export const observerNames = ['decomposition', 'spectral-radius'] as const;

export type ObserverName = (typeof observerNames)[number];
