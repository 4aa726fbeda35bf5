/** The distributions of a value that there are. */
export const headNames = ['quantiles', 'gaussian', 'student-t', 'negative-binomial'] as const;
export type HeadName = (typeof headNames)[number];
