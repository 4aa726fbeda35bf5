/** `1 seed`, `3 seeds`: a number of things, for sentences. The plural of `what` ends with s. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
