import { Worker } from 'node:worker_threads';
import type { ErrorData } from '@natter/core';
import { errorData, NatterError } from '@natter/core/model';
import type { PackedWrites } from '../engine/message-row.ts';
import { storageError } from '../errors.ts';
import type { DatabaseSettings } from '../file/open-database.ts';
import type { Answer, Reads, Request } from './protocol.ts';
import { Service } from './serve.ts';

/** Whoever answers requests: a thread, or this one. */
export interface Connection {
  read<Method extends keyof Reads>(
    method: Method,
    ...parameters: Parameters<Reads[Method]>
  ): Promise<ReturnType<Reads[Method]>>;
  apply(writes: PackedWrites): Promise<void>;
  close(): Promise<void>;
}

/** What a request is before it has a number. */
type Unnumbered = Request extends infer Each ? (Each extends Request ? Omit<Each, 'id'> : never) : never;
type Send = (request: Unnumbered) => Promise<unknown>;

function connectionOver(send: Send): Connection {
  return {
    // The engine's methods say what they answer; the way there and back keeps it.
    read: async <Method extends keyof Reads>(method: Method, ...parameters: Parameters<Reads[Method]>) =>
      (await send({ method, parameters })) as ReturnType<Reads[Method]>,
    apply: async (writes) => {
      await send({ method: 'apply', writes });
    },
    close: async () => {
      await send({ method: 'close' });
    },
  };
}

/** Opens a connection that works in this thread, for programs that read once and end: it starts in a few milliseconds. */
export function openHere(settings: DatabaseSettings): Connection {
  let service: Service;
  try {
    service = new Service(settings);
  } catch (error) {
    throw new NatterError(storageError(settings.file, error));
  }
  return connectionOver(async (request) => {
    for (const answer of service.answer([{ ...request, id: 1 }])) return valueOf(answer);
    throw closedError();
  });
}

/** Opens a connection in a thread of its own. Rejects with what opening the database fails with. */
export async function openThread(settings: DatabaseSettings): Promise<Connection> {
  const requests = new PendingRequests();
  const started = requests.add(0);
  // Sources run as they are under Node's type stripping, as in the tests; what is published is JavaScript.
  const program = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
  const worker = new Worker(new URL(program, import.meta.url), {
    workerData: settings,
    name: 'natter-store',
  });
  worker.on('message', (answer: Answer) => {
    requests.settle(answer);
    if (requests.size === 0) worker.unref();
  });
  worker.on('error', (error) => requests.fail(storageError(settings.file, error)));
  worker.on('exit', () => requests.fail(closedError().data));
  await started;
  return connectionOver((request) => {
    const { id, answer } = requests.next();
    worker.ref();
    if (!requests.ended) worker.postMessage({ ...request, id });
    return answer;
  });
}

/** Promises that wait for answers of a thread. A thread that has ended answers nothing any more. */
class PendingRequests {
  readonly #pending = new Map<number, (answer: Answer) => void>();
  #last = 0;
  #ended: ErrorData | null = null;

  get size(): number {
    return this.#pending.size;
  }

  get ended(): boolean {
    return this.#ended !== null;
  }

  next(): { readonly id: number; readonly answer: Promise<unknown> } {
    this.#last += 1;
    return { id: this.#last, answer: this.add(this.#last) };
  }

  add(id: number): Promise<unknown> {
    if (this.#ended !== null) return Promise.reject(new NatterError(this.#ended));
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#pending.set(id, resolve);
    return promise.then(valueOf);
  }

  settle(answer: Answer): void {
    const settle = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    settle?.(answer);
  }

  /** The first reason stays: a thread that failed exits next. What it had begun may have been committed. */
  fail(error: ErrorData): void {
    this.#ended ??= error;
    const failure = { ...this.#ended, certain: false };
    for (const id of this.#pending.keys()) this.settle({ id, error: failure });
  }
}

function valueOf(answer: Answer): unknown {
  if ('error' in answer) throw new NatterError(answer.error);
  return answer.value;
}

function closedError(): NatterError {
  return new NatterError(errorData('closed', 'the store is closed'));
}
