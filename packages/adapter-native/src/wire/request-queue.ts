import type { RequestFrame, WireError } from '@natter/native-protocol';
import type { Fault } from './fault.ts';
import { RequestError, type RequestFailure } from './request-error.ts';

interface Request {
  readonly frame: (id: number) => RequestFrame;
  readonly settle: PromiseWithResolvers<unknown>;
  /** Stops listening to the caller's signal. */
  readonly release: () => void;
  sentAt: number;
}

/** The requests of one connection: numbers them, keeps to the server's bound, brings each its reply. */
export class RequestQueue {
  readonly #write: (frame: RequestFrame) => void;
  /** Sent and unanswered, oldest first. An aborted one stays until its reply comes: the number is taken. */
  readonly #sent = new Map<number, Request>();
  readonly #waiting = new Set<Request>();
  #allowed = 8;
  #next = 1;
  #fault: Fault | null = null;

  constructor(write: (frame: RequestFrame) => void) {
    this.#write = write;
  }

  /** Sends as soon as the bound allows. Resolves with the unchecked result; rejects with a RequestError. */
  async ask(frame: (id: number) => RequestFrame, signal?: AbortSignal): Promise<unknown> {
    if (this.#fault !== null) throw this.ended(this.#fault, false);
    if (signal?.aborted === true) throw new RequestError({ kind: 'aborted', sent: false });
    const settle: PromiseWithResolvers<unknown> = Promise.withResolvers();
    const abort = (): void => this.#abort(request);
    const release = (): void => signal?.removeEventListener('abort', abort);
    const request: Request = { frame, settle, release, sentAt: 0 };
    signal?.addEventListener('abort', abort);
    this.#waiting.add(request);
    this.#flush();
    return settle.promise;
  }

  /** How many may be unanswered at once; the server stops reading past that. */
  allow(requestsInFlight: number): void {
    this.#allowed = requestsInFlight;
    this.#flush();
  }

  /** False when nothing of that number was asked. */
  reply(id: number, result: unknown): boolean {
    const request = this.#take(id);
    request?.settle.resolve(result);
    return request !== null;
  }

  /** The same for an error. */
  refuse(id: number, error: WireError): boolean {
    const request = this.#take(id);
    request?.settle.reject(new RequestError({ kind: 'refused', error }));
    return request !== null;
  }

  /** When the oldest unanswered request was sent, by `performance.now()`. */
  waitingSince(): number | null {
    const [oldest] = this.#sent.values();
    return oldest?.sentAt ?? null;
  }

  /** Rejects all there is and all to come. */
  end(fault: Fault): RequestError {
    this.#fault = fault;
    for (const request of this.#sent.values()) this.#fail(request, { kind: 'ended', fault, sent: true });
    for (const request of this.#waiting) this.#fail(request, { kind: 'ended', fault, sent: false });
    this.#sent.clear();
    this.#waiting.clear();
    return this.ended(fault, false);
  }

  ended(fault: Fault, sent: boolean): RequestError {
    return new RequestError({ kind: 'ended', fault, sent });
  }

  #flush(): void {
    for (const request of this.#waiting) {
      if (this.#sent.size >= this.#allowed) return;
      this.#waiting.delete(request);
      const id = this.#next;
      this.#next += 1;
      request.sentAt = performance.now();
      this.#sent.set(id, request);
      this.#write(request.frame(id));
    }
  }

  #take(id: number): Request | null {
    const request = this.#sent.get(id);
    if (request === undefined) return null;
    this.#sent.delete(id);
    request.release();
    this.#flush();
    return request;
  }

  #abort(request: Request): void {
    const sent = !this.#waiting.delete(request);
    this.#fail(request, { kind: 'aborted', sent });
  }

  #fail(request: Request, failure: RequestFailure): void {
    request.release();
    request.settle.reject(new RequestError(failure));
  }
}
