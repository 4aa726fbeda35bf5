/** Writes all files of the page into `out`, in the place of what was there. */
export function buildPlayground(out: string): Promise<void>;
