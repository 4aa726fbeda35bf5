/** Keys of a configuration as people read them beside each other. */

/** Last parts that say nothing without what is before them: `schedule.kind`, `optimizer.name`, `average.of`. */
const blank = ['kind', 'name', 'of', 'by', 'first', 'last'];

/**
 * The last part of every key, with the one before where it says nothing alone; of keys that share it as many parts from the end as tell them apart,
 * `awd.input` and `naive.input`.
 */
export function shortKeys(keys: readonly string[]): string[] {
  const end = (key: string, parts: number): string => key.split('.').slice(-parts).join('.');
  return keys.map((key) => {
    const all = key.split('.').length;
    let parts = blank.includes(end(key, 1)) ? Math.min(2, all) : 1;
    while (parts < all && keys.some((other) => other !== key && end(other, parts) === end(key, parts)))
      parts++;
    return end(key, parts);
  });
}
