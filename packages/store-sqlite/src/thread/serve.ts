import { Engine } from '../engine/engine.ts';
import { storageError } from '../errors.ts';
import { openDatabase, type DatabaseSettings, type OpenDatabase } from '../file/open-database.ts';
import type { Answer, Request } from './protocol.ts';

/** Answers requests in the order in which they came, on one connection. */
export class Service {
  readonly #settings: DatabaseSettings;
  readonly #open: OpenDatabase;
  readonly #engine: Engine;

  /** Throws what {@link openDatabase} throws. */
  constructor(settings: DatabaseSettings) {
    this.#settings = settings;
    this.#open = openDatabase(settings);
    this.#engine = new Engine(this.#open.database, settings.file);
  }

  /** Answers requests that came together. Writes that follow on each other share one commit. */
  *answer(requests: readonly Request[]): Generator<Answer> {
    let writes: Extract<Request, { method: 'apply' }>[] = [];
    for (const request of requests) {
      if (request.method === 'apply') {
        writes.push(request);
        continue;
      }
      yield* this.#commit(writes);
      writes = [];
      yield this.#answerOne(request);
    }
    yield* this.#commit(writes);
  }

  *#commit(requests: readonly Extract<Request, { method: 'apply' }>[]): Generator<Answer> {
    if (requests.length === 0) return;
    const results = this.#engine.applyAll(requests.map((request) => request.writes));
    for (const [index, { id }] of requests.entries()) {
      const error = results[index] ?? null;
      yield error === null ? { id, value: null } : { id, error };
    }
  }

  #answerOne(request: Exclude<Request, { method: 'apply' }>): Answer {
    const { id } = request;
    try {
      if (request.method === 'close') {
        this.#open.close();
        return { id, value: null };
      }
      // The parameters are those of the method: SqliteStore is the only sender, and its calls are typed by Reads.
      const read = this.#engine[request.method] as (...parameters: readonly unknown[]) => unknown;
      return { id, value: read.apply(this.#engine, request.parameters as unknown[]) };
    } catch (error) {
      return { id, error: storageError(this.#settings.file, error) };
    }
  }
}
