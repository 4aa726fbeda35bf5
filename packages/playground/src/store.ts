/** Runs kept in the browser, each under the name of its place on the page: an IndexedDB with one table. */

const database = 'lethe-playground';
const table = 'runs';
/** Milliseconds that another tab may take to give a place back. */
const patience = 1000;

/**
 * Takes a place for this worker, until it ends: of several tabs with the page the first has it. One that is being closed or loaded
 * again gives it back at once, so that a moment is waited for. A browser without locks gives it to everybody.
 */
export async function take(slot: string): Promise<boolean> {
  if (!('locks' in navigator)) return true;
  return new Promise((resolve) => {
    const hold = (): Promise<void> => {
      resolve(true);
      return new Promise(() => {});
    };
    navigator.locks
      .request(`${database} ${slot}`, { signal: AbortSignal.timeout(patience) }, hold)
      .catch(() => resolve(false));
  });
}

/** The file that is kept, if one is. Throws where the browser keeps nothing, as in some private windows. */
export async function kept(slot: string): Promise<Uint8Array | undefined> {
  return (await request('readonly', (runs) => runs.get(slot))) as Uint8Array | undefined;
}

/** Keeps a file in the place of the one before, whole or not at all. */
export async function keep(slot: string, bytes: Uint8Array): Promise<void> {
  await request('readwrite', (runs) => runs.put(bytes, slot));
}

export async function forget(slot: string): Promise<void> {
  await request('readwrite', (runs) => runs.delete(slot));
}

// --- internal ---

async function request(
  mode: IDBTransactionMode,
  ask: (runs: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const opened = indexedDB.open(database, 1);
  opened.onupgradeneeded = () => opened.result.createObjectStore(table);
  const db = (await settled(opened)) as IDBDatabase;
  try {
    const transaction = db.transaction(table, mode);
    const result = await settled(ask(transaction.objectStore(table)));
    if (mode === 'readwrite') {
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new Error('the browser gave up'));
      });
    }
    return result;
  } finally {
    db.close();
  }
}

function settled(asked: IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error('no reason given'));
  });
}
