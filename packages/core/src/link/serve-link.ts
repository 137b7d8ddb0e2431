import type { Methods, Streams } from '../client/manifest.ts';
import { errorData, toErrorData } from '../model/error.ts';
import type { ErrorData } from '../model/error.ts';
import type { Duplex } from './duplex.ts';
import { answerLimits, isObject, parseMessage, ProtocolViolation, requestLimits } from './guard.ts';
import type { MessageLimits, WireObject } from './guard.ts';
import type { Handlers } from './handlers.ts';
import { clientManifest } from './manifest.ts';
import type { Manifest, MethodTable, StreamTable } from './manifest.ts';
import { openStream } from './open-stream.ts';
import { unknownName } from './unknown-name.ts';
import type { ServedStream } from './open-stream.ts';
import { answer, failure, isWireId, notification, wire } from './wire.ts';
import type { WireId } from './wire.ts';

/** What a served connection may cost. */
export interface ServeOptions<M extends MethodTable<M>, S extends StreamTable<S>> {
  /** What may be called; default natter's client interface. */
  readonly manifest?: Manifest<M, S>;
  /** What one message of the client may be; default 1 MiB and 64 levels. */
  readonly limits?: MessageLimits;
  /** The most calls and subscriptions that are open at once; default 256. */
  readonly maxOpen?: number;
}

/**
 * Answers the calls of one connection and feeds its subscriptions, until it closes. A message that breaks the protocol
 * is answered with an error and ends this connection; no other one is concerned. Returns the function that closes it.
 */
export function serveLink<M extends MethodTable<M> = Methods, S extends StreamTable<S> = Streams>(
  handlers: Handlers<M, S>,
  duplex: Duplex,
  options: ServeOptions<M, S> = {},
): () => void {
  const connection = new ServedConnection(handlers, duplex, {
    manifest: (options.manifest ?? clientManifest) as AnyManifest,
    limits: options.limits ?? requestLimits,
    maxOpen: options.maxOpen ?? 256,
  });
  return () => connection.close();
}

/** The handlers without their types, which hold at the edges: params are what a client sent. */
interface AnyHandlers {
  readonly methods: Readonly<Record<string, (params: unknown, signal: AbortSignal) => Promise<unknown>>>;
  readonly streams: Readonly<Record<string, unknown>>;
}

type AnyManifest = Manifest<Record<string, [unknown, unknown]>, Record<string, [unknown, 'state', unknown]>>;

interface AnyOptions {
  readonly manifest: AnyManifest;
  readonly limits: MessageLimits;
  readonly maxOpen: number;
}

class ServedConnection {
  readonly #handlers: AnyHandlers;
  readonly #duplex: Duplex;
  readonly #options: AnyOptions;
  readonly #calls = new Map<WireId, AbortController>();
  readonly #streams = new Map<WireId, ServedStream>();
  #closed = false;

  constructor(handlers: AnyHandlers, duplex: Duplex, options: AnyOptions) {
    this.#handlers = handlers;
    this.#duplex = duplex;
    this.#options = options;
    duplex.onClose(() => this.close());
    duplex.onMessage((text) => this.#receive(text));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const call of this.#calls.values()) call.abort();
    for (const stream of this.#streams.values()) stream.close();
    this.#calls.clear();
    this.#streams.clear();
    this.#duplex.close();
  }

  #receive(text: string): void {
    if (this.#closed) return;
    try {
      this.#dispatch(parseMessage(text, this.#options.limits));
    } catch (error) {
      const broken = error instanceof ProtocolViolation;
      this.#send(failure(null, broken ? errorData('protocol', error.message) : toErrorData(error)));
      this.close();
    }
  }

  #dispatch({ id, method, params }: WireObject): void {
    if (typeof method !== 'string') throw new ProtocolViolation('A message without a method.');
    if (id === undefined) {
      this.#notified(method, params);
      return;
    }
    if (!isWireId(id)) throw new ProtocolViolation('A request id is a whole number from 0 on.');
    if (this.#calls.has(id) || this.#streams.has(id)) throw new ProtocolViolation(`The id ${id} is in use.`);
    if (this.#calls.size + this.#streams.size >= this.#options.maxOpen) {
      const message = `More than ${this.#options.maxOpen} calls and subscriptions at once.`;
      this.#send(failure(id, errorData('rate-limited', message, { retriable: true })));
    } else if (method === wire.open) this.#open(id, params);
    else void this.#call(id, method, params);
  }

  #notified(method: string, params: unknown): void {
    const id = isObject(params) ? params['id'] : undefined;
    if (!isObject(params) || !isWireId(id)) throw new ProtocolViolation(`${method} without an id.`);
    // What has ended meanwhile is no violation: both sides may end it at the same time.
    switch (method) {
      case wire.cancel:
        this.#calls.get(id)?.abort();
        return;
      case wire.credit: {
        const count = params['count'];
        if (!isWireId(count)) throw new ProtocolViolation('A credit is a whole number.');
        this.#streams.get(id)?.credit(count);
        return;
      }
      case wire.update:
        this.#streams.get(id)?.update(params['params']);
        return;
      case wire.close:
        this.#streams.get(id)?.close();
        this.#streams.delete(id);
        return;
      default:
        throw new ProtocolViolation(`Unknown notification ${JSON.stringify(method.slice(0, 64))}.`);
    }
  }

  async #call(id: WireId, method: string, params: unknown): Promise<void> {
    const abort = new AbortController();
    this.#calls.set(id, abort);
    let reply: WireObject;
    try {
      const handler = this.#options.manifest.methods.includes(method)
        ? this.#handlers.methods[method]
        : undefined;
      reply =
        handler === undefined
          ? failure(id, unknownName('method', method))
          : answer(id, await handler.call(this.#handlers.methods, params, abort.signal));
    } catch (error) {
      reply = failure(
        id,
        abort.signal.aborted ? errorData('aborted', 'cancelled', { certain: false }) : toErrorData(error),
      );
    }
    this.#calls.delete(id);
    this.#send(reply);
  }

  #open(id: WireId, params: unknown): void {
    if (!isObject(params) || typeof params['stream'] !== 'string' || !isWireId(params['credits'])) {
      throw new ProtocolViolation('$/open takes a stream, its params and credits.');
    }
    const name = params['stream'];
    const { streams } = this.#options.manifest;
    const kind = Object.hasOwn(streams, name) ? streams[name] : undefined;
    if (kind === undefined) {
      this.#send(failure(id, unknownName('stream', name)));
      return;
    }
    let over = false;
    const end = (reply: WireObject): void => {
      over = true;
      this.#streams.delete(id);
      this.#send(reply);
    };
    const stream = openStream({
      kind,
      handler: this.#handlers.streams[name],
      params: params['params'],
      credits: params['credits'],
      textOf: (row) => JSON.stringify(row),
      sink: {
        frame: (frame) => this.#send(notification(wire.frame, { id, frame }), id),
        end: (why) => end('error' in why ? failure(id, why.error) : answer(id, null)),
      },
    });
    if (!over) this.#streams.set(id, stream);
  }

  /** Sends a message. What is too large for the other side, or no JSON, fails the call or stream it belongs to. */
  #send(message: WireObject, stream?: WireId): void {
    if (this.#closed) return;
    const id = stream ?? message['id'];
    let error: ErrorData;
    try {
      const text = JSON.stringify(message);
      if (text.length <= answerLimits.maxLength) {
        this.#duplex.send(text);
        return;
      }
      error = errorData('too-large', `The answer has ${text.length} characters; ask for less at once.`);
    } catch (caught) {
      error = toErrorData(caught);
    }
    if (stream !== undefined) {
      this.#streams.get(stream)?.close();
      this.#streams.delete(stream);
    }
    this.#duplex.send(JSON.stringify(failure(isWireId(id) ? id : null, error)));
  }
}
