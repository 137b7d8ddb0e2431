import { errorData, NatterError } from '@natter/core/model';
import { Connection } from './indexed-db/connection.ts';
import { Cursor, CursorWithValue } from './indexed-db/cursor.ts';
import type { Factory } from './indexed-db/factory.ts';
import { KeyRange } from './indexed-db/key-range.ts';
import { OpenRequest, StoreRequest } from './indexed-db/request.ts';

/** The names by which the crypto module looks for IndexedDB; it cannot be given an object instead. */
const INTERFACES = {
  IDBCursor: Cursor,
  IDBCursorWithValue: CursorWithValue,
  IDBDatabase: Connection,
  IDBKeyRange: KeyRange,
  IDBOpenDBRequest: OpenRequest,
  IDBRequest: StoreRequest,
};

/** The `indexedDB` of this process while a store is open: hands each call to the store that the name begins with. */
class StoreRouter {
  readonly factories = new Map<string, Factory>();

  open(name: string, version?: number): OpenRequest {
    for (const [prefix, factory] of this.factories) {
      if (name.startsWith(prefix)) return factory.open(name.slice(prefix.length), version);
    }
    throw new DOMException('this IndexedDB is only for the encryption keys of natter', 'NotSupportedError');
  }
}

/**
 * Lets the crypto module of this process find a store under names that begin with `prefix`. The names of the standard are
 * defined when the first store is opened and are gone when the last is closed.
 * @returns takes it back
 * @throws NatterError `unsupported` when the process has an IndexedDB of somebody else
 */
export function exposeFactory(prefix: string, factory: Factory): () => void {
  const router = presentRouter() ?? installRouter();
  router.factories.set(prefix, factory);
  return () => {
    router.factories.delete(prefix);
    if (router.factories.size > 0 || presentRouter() !== router) return;
    for (const name of ['indexedDB', ...Object.keys(INTERFACES)]) Reflect.deleteProperty(globalThis, name);
  };
}

function presentRouter(): StoreRouter | null {
  const present: unknown = Reflect.get(globalThis, 'indexedDB');
  if (present === undefined || present instanceof StoreRouter) return present ?? null;
  throw new NatterError(
    errorData(
      'unsupported',
      'this process has another IndexedDB already, so the encryption keys cannot be kept in a file: remove it, or run natter in a process of its own',
      { scope: 'account' },
    ),
  );
}

function installRouter(): StoreRouter {
  const router = new StoreRouter();
  for (const [name, value] of Object.entries({ indexedDB: router, ...INTERFACES })) {
    Object.defineProperty(globalThis, name, {
      value,
      configurable: true,
      enumerable: false,
      writable: false,
    });
  }
  return router;
}
