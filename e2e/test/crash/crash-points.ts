import { DatabaseSync } from 'node:sqlite';
import type { Adapter, Session, SessionHost, Store } from '@natter/core';

type ExecSql = (this: DatabaseSync, sql: string) => void;

/**
 * Where a client's way of a message can be cut: around each store transaction, around each operation that is handed to
 * the network, before each batch is taken in, and around each commit of a store of keys. `store-after:7` is one point, `store-after:8` another: they lie between
 * different steps of the outbox, the echo, the cursor and the acknowledgement.
 */
export type Place =
  | 'store-before'
  | 'store-after'
  | 'perform-before'
  | 'perform-after'
  | 'commit-before'
  | 'commit-after'
  | 'keys-before'
  | 'keys-after';

/** Kills this process, as `kill -9` does, at the n-th passing of a place. */
export class Killer {
  readonly #place: string;
  #left: number;

  constructor(point: string) {
    const [place = '', nth = '1'] = point.split(':');
    this.#place = place;
    this.#left = Number(nth);
  }

  pass(place: Place): void {
    if (place !== this.#place) return;
    this.#left -= 1;
    if (this.#left === 0) process.kill(process.pid, 'SIGKILL');
  }

  store(store: Store): Store {
    return replace(store, {
      apply: async (writes) => {
        this.pass('store-before');
        await store.apply(writes);
        this.pass('store-after');
      },
    });
  }

  /** Around every commit of keys: the other databases of this process are in threads of their own. */
  keys(): void {
    const pass = (place: Place): void => this.pass(place);
    const exec = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, 'exec')?.value as ExecSql;
    DatabaseSync.prototype.exec = function execAndPass(this: DatabaseSync, sql: string): void {
      if (sql === 'COMMIT') pass('keys-before');
      exec.call(this, sql);
      if (sql === 'COMMIT') pass('keys-after');
    };
  }

  adapter(adapter: Adapter): Adapter {
    return replace(adapter, {
      open: (account, host) => this.#session(adapter.open(account, this.#host(host))),
    });
  }

  #host(host: SessionHost): SessionHost {
    return replace(host, {
      commit: async (batch) => {
        this.pass('commit-before');
        await host.commit(batch);
        this.pass('commit-after');
      },
    });
  }

  #session(session: Session): Session {
    return replace(session, {
      perform: async (op, signal) => {
        this.pass('perform-before');
        const outcome = await session.perform(op, signal);
        this.pass('perform-after');
        return outcome;
      },
    });
  }
}

/** The same object but for some methods; the others are called on the object itself, which may be a class with private fields. */
function replace<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get: (_, name) => {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name) as unknown;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function'
        ? (member as (...parameters: never[]) => unknown).bind(target)
        : member;
    },
  });
}
