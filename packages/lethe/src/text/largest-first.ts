/** A queue that gives the largest count first, of equal ones the smallest key: a binary heap. */

/** What waits. */
export interface Counted {
  count: number;
  key: number;
}

/** An empty queue. */
export function largestFirst(): { push(count: number, key: number): void; pop(): Counted | undefined } {
  const heap: Counted[] = [];
  const isBefore = (a: Counted, b: Counted) => a.count > b.count || (a.count === b.count && a.key < b.key);
  return {
    push(count, key) {
      const item = { count, key };
      let at = heap.length;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!isBefore(item, heap[parent])) break;
        heap[at] = heap[parent];
        at = parent;
      }
      heap[at] = item;
    },
    pop() {
      const first = heap[0];
      const item = heap.pop();
      if (item === undefined || heap.length === 0) return first;
      for (let at = 0; ; ) {
        let child = 2 * at + 1;
        if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
        if (child >= heap.length || !isBefore(heap[child], item)) {
          heap[at] = item;
          return first;
        }
        heap[at] = heap[child];
        at = child;
      }
    },
  };
}
