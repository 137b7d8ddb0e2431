// oxlint-disable unicorn/prefer-add-event-listener -- the store has `on` properties only, which is all that the crypto module uses
/** Opens a database with the object stores that the tests use, through `indexedDB` of this process. */
export function openDatabase(prefix: string, name = 'keys'): Promise<IDBDatabase> {
  const request = indexedDB.open(`${prefix}::${name}`, 1);
  request.onupgradeneeded = () => {
    for (const store of ['numbers', 'sessions', 'keys']) request.result.createObjectStore(store);
  };
  return answered(request);
}

/** Stores one value in a transaction of its own; resolves when that is complete. */
export function put(database: IDBDatabase, store: string, key: string, value: unknown): Promise<void> {
  const transaction = database.transaction(store, 'readwrite');
  transaction.objectStore(store).put(value, key);
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
  });
}

/** One value. */
export function read(database: IDBDatabase, store: string, key: string): Promise<unknown> {
  return answered(database.transaction(store).objectStore(store).get(key));
}

/** All keys of a store. */
export function keysOf(database: IDBDatabase, store: string): Promise<IDBValidKey[]> {
  return answered(database.transaction(store).objectStore(store).getAllKeys());
}

function answered<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('failed'));
  });
}
