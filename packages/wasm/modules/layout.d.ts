/** Every kernel with where its parameters lie. */
export const layout: unknown;
