/** Keys of a configuration as people read them beside each other. */

/** The last part of every key; of keys that share it as many parts from the end as tell them apart, `awd.input` and `naive.input`. */
export function shortKeys(keys: readonly string[]): string[] {
  const end = (key: string, parts: number): string => key.split('.').slice(-parts).join('.');
  return keys.map((key) => {
    const all = key.split('.').length;
    let parts = 1;
    while (parts < all && keys.some((other) => other !== key && end(other, parts) === end(key, parts)))
      parts++;
    return end(key, parts);
  });
}
