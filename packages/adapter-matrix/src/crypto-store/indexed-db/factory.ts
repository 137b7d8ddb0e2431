import { Connection } from './connection.ts';
import { dispatch, OpenRequest } from './request.ts';
import type { Storage } from './storage.ts';

/** A call of `open` that waits for its turn. */
interface Opening {
  readonly request: OpenRequest;
  readonly name: string;
  readonly version: number | undefined;
}

/** `IDBFactory` (section 4.3): opens the databases of one file. */
export class Factory {
  readonly #storage: Storage;
  readonly #connections = new Map<string, Set<Connection>>();
  #waiting: Opening[] = [];
  readonly #upgrading = new Set<string>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Opens a database, in the version it has by default; a higher one upgrades it once no other connection is open. */
  open(name: string, version?: number): OpenRequest {
    if (version !== undefined && !(Number.isSafeInteger(version) && version > 0))
      throw new TypeError('a version is a whole number above 0');
    const request = new OpenRequest(null, null);
    this.#waiting.push({ request, name, version });
    setImmediate(() => this.#openNext(name));
    return request;
  }

  /** Opens what waits for this database, in order, unless it is being upgraded. */
  #openNext(name: string): void {
    if (this.#upgrading.has(name)) return;
    const next = this.#waiting.find((opening) => opening.name === name);
    if (next === undefined) return;
    try {
      this.#open(next);
    } catch (error) {
      this.#end(
        next.request,
        null,
        new DOMException(this.#storage.commits.fail(error).message, 'UnknownError'),
      );
    }
  }

  #open(opening: Opening): void {
    const { request, name } = opening;
    const entry = this.#storage.catalog.database(name);
    const wanted = opening.version ?? Math.max(entry.version, 1);
    const others = this.#connections.get(name) ?? new Set();
    // Whoever closes the last of them asks again.
    if (wanted > entry.version && others.size > 0) return;
    this.#waiting = this.#waiting.filter((other) => other !== opening);
    setImmediate(() => this.#openNext(name));
    if (wanted < entry.version) {
      this.#end(
        request,
        null,
        new DOMException(`version ${entry.version} is there, not ${wanted}`, 'VersionError'),
      );
      return;
    }
    const connection: Connection = new Connection(this.#storage, entry, () => {
      others.delete(connection);
      setImmediate(() => this.#openNext(name));
    });
    this.#connections.set(name, others.add(connection));
    if (wanted > entry.version) this.#upgrade(request, connection, wanted);
    else this.#end(request, connection, null);
  }

  #upgrade(request: OpenRequest, connection: Connection, version: number): void {
    const { entry } = connection;
    const { version: oldVersion } = entry;
    this.#upgrading.add(entry.name);
    const ended = (committed: boolean): void => {
      request.transaction = null;
      this.#upgrading.delete(entry.name);
      if (!committed) connection.close();
      const error = committed ? null : new DOMException('the upgrade was aborted', 'AbortError');
      this.#end(request, committed ? connection : null, error);
      this.#openNext(entry.name);
    };
    // The transaction tells of its own end first, which after an abort takes a turn.
    const transaction = connection.upgrade((committed) => setImmediate(() => setImmediate(ended, committed)));
    request.transaction = transaction;
    const run = (): Connection => {
      this.#storage.catalog.setVersion(entry, version);
      return connection;
    };
    const versions = { oldVersion, newVersion: version };
    transaction.askAgain(request, run, () => {
      dispatch(request, [request.onupgradeneeded], 'upgradeneeded', versions);
    });
  }

  #end(request: OpenRequest, connection: Connection | null, error: DOMException | null): void {
    request.settle(connection ?? undefined, error);
    try {
      if (error === null) dispatch(request, [request.onsuccess], 'success');
      else dispatch(request, [request.onerror], 'error');
    } catch (caught) {
      this.#storage.commits.fail(caught);
    }
  }
}
