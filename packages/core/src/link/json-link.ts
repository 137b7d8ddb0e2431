import type { Methods, Streams } from '../client/manifest.ts';
import { errorData, NatterError, toErrorData } from '../model/error.ts';
import type { ErrorData } from '../model/error.ts';
import type { BlobId } from '../model/ids.ts';
import { downloadOver, uploadOver } from './blob-channel.ts';
import type { ByteDuplex } from './byte-duplex.ts';
import type {
  CallOptions,
  ClientLink,
  LinkStatus,
  Sink,
  StatusListener,
  StreamFrame,
  LinkSubscription,
} from './client-link.ts';
import { ClientStream } from './client-stream.ts';
import type { Duplex } from './duplex.ts';
import { givenUp } from './give-up.ts';
import { answerLimits, isObject, parseMessage, ProtocolViolation, requestLimits } from './guard.ts';
import type { MessageLimits, WireObject } from './guard.ts';
import { clientManifest } from './manifest.ts';
import type { Manifest, MethodTable, StreamTable } from './manifest.ts';
import { unknownName } from './unknown-name.ts';
import { Redial } from './redial.ts';
import type { RedialOptions } from './redial.ts';
import { isWireId, notification, readFailure, request, wire } from './wire.ts';
import type { WireId } from './wire.ts';

/** Whoever asked for a change cannot know whether it was made. */
const linkCut = errorData(
  'network',
  'the other side has ended, and whether it has done what was asked is not known',
  {
    retriable: true,
    certain: false,
  },
);

/** How a link over a connection is made. */
export interface ConnectOptions<M extends MethodTable<M> = Methods, S extends StreamTable<S> = Streams> {
  /** Makes a connection: the first one, and one after each cut. Rejects when it cannot. */
  readonly connect: () => Promise<Duplex>;
  /** Makes a connection for the bytes of one file; without it blobs are `unsupported`. */
  readonly connectBytes?: () => Promise<ByteDuplex>;
  /** How to try again after a cut; `false` closes the link instead, as a one-shot command wants it. */
  readonly redial?: RedialOptions | false;
  /** What may be called; default natter's client interface. */
  readonly manifest?: Manifest<M, S>;
  /** What one message of the other side may be; default 16 MiB and 64 levels. */
  readonly limits?: MessageLimits;
}

/**
 * Connects to a served link; resolves when the first connection stands, and rejects with a NatterError (`network`) when
 * it cannot be made. After a cut the link dials again with capped exponential backoff and full jitter: open streams go
 * on (states and windows show the present, logs go on behind their cursor), calls that were under way reject with
 * `network` and `certain: false`, and calls made meanwhile wait for the connection.
 */
export async function connectLink<M extends MethodTable<M> = Methods, S extends StreamTable<S> = Streams>(
  options: ConnectOptions<M, S>,
): Promise<ClientLink<M, S>> {
  const link = new JsonLink<M, S>(options);
  await link.dial();
  return link;
}

interface PendingCall {
  readonly text: string;
  sent: boolean;
  resolve(value: unknown): void;
  reject(error: NatterError): void;
}

/** The most calls that wait for a connection; more are refused at once. */
const MOST_WAITING = 1024;

class JsonLink<M extends MethodTable<M>, S extends StreamTable<S>> implements ClientLink<M, S> {
  readonly #options: ConnectOptions<M, S>;
  readonly #manifest: Manifest<M, S>;
  readonly #calls = new Map<WireId, PendingCall>();
  readonly #streams = new Map<WireId, ClientStream>();
  readonly #listeners = new Set<StatusListener>();
  readonly #closing = new AbortController();
  readonly #redial: Redial | undefined;
  #duplex: Duplex | undefined;
  #status: LinkStatus = 'reconnecting';
  #lastId = 0;

  constructor(options: ConnectOptions<M, S>) {
    this.#options = options;
    this.#manifest = options.manifest ?? (clientManifest as unknown as Manifest<M, S>);
    if (options.redial !== false) this.#redial = new Redial(() => this.dial(), options.redial ?? {});
  }

  /** Makes a connection and puts everything that is open on it. */
  async dial(): Promise<void> {
    let duplex: Duplex;
    try {
      duplex = await this.#options.connect();
    } catch (error) {
      throw new NatterError(
        errorData('network', 'The link cannot be made.', { retriable: true, cause: toErrorData(error) }),
      );
    }
    if (this.#closing.signal.aborted) {
      duplex.close();
      return;
    }
    this.#duplex = duplex;
    for (const stream of this.#streams.values()) this.#send(stream.opening());
    for (const call of this.#calls.values()) {
      duplex.send(call.text);
      call.sent = true;
    }
    this.#tell('connected');
    duplex.onMessage((text) => this.#receive(duplex, text));
    duplex.onClose(() => this.#lost(duplex, linkCut));
  }

  async call<Name extends keyof M & string>(
    method: Name,
    params: M[Name][0],
    options: CallOptions = {},
  ): Promise<M[Name][1]> {
    if (!this.#manifest.methods.includes(method)) throw new NatterError(unknownName('method', method));
    if (this.#closing.signal.aborted) throw new NatterError(closed);
    const waiting = this.#duplex === undefined;
    if (waiting && this.#calls.size >= MOST_WAITING) {
      throw new NatterError(
        errorData('network', 'The link is cut, and too many calls wait for it.', { retriable: true }),
      );
    }
    const id = (this.#lastId += 1);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const call: PendingCall = { text: encode(request(id, method, params)), sent: !waiting, resolve, reject };
    const gaveUp = givenUp(options, this.#closing.signal);
    try {
      if (gaveUp.signal.aborted) return await gaveUp.rejection;
      this.#calls.set(id, call);
      this.#duplex?.send(call.text);
      // What the other side answers is of the method's type by the manifest, which both sides share.
      return await Promise.race([promise, gaveUp.rejection]);
    } finally {
      gaveUp.release();
      if (this.#calls.delete(id) && gaveUp.signal.aborted && call.sent)
        this.#send(notification(wire.cancel, { id }));
    }
  }

  open<Name extends keyof S & string>(
    stream: Name,
    params: S[Name][0],
    sink: Sink<StreamFrame<S[Name][1], S[Name][2]>>,
  ): LinkSubscription<S[Name][0]> {
    const kind = Object.hasOwn(this.#manifest.streams, stream) ? this.#manifest.streams[stream] : undefined;
    if (kind === undefined || this.#closing.signal.aborted) {
      sink.end({ error: kind === undefined ? unknownName('stream', stream) : closed });
      return { update: () => {}, credit: () => {}, close: () => {} };
    }
    const id = (this.#lastId += 1);
    // The frames are of this stream's kind: the client stream checks that before the sink sees one.
    const opened = new ClientStream(id, stream, kind, params, sink, {
      send: (message) => this.#send(message),
      forget: () => void this.#streams.delete(id),
    });
    this.#streams.set(id, opened);
    this.#send(opened.opening());
    return opened;
  }

  upload(
    blob: BlobId,
    offset: number,
    bytes: ReadableStream<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<void> {
    return uploadOver(this.#options.connectBytes, { blob, offset, bytes, signal: this.#signal(signal) });
  }

  download(blob: BlobId, offset: number, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    return downloadOver(this.#options.connectBytes, { blob, offset, signal: this.#signal(signal) });
  }

  onStatus(listener: StatusListener): () => void {
    this.#listeners.add(listener);
    listener(this.#status);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#end(closed);
  }

  #end(error: ErrorData): void {
    if (this.#closing.signal.aborted) return;
    this.#redial?.stop();
    for (const call of this.#calls.values()) call.reject(new NatterError({ ...error, certain: !call.sent }));
    this.#closing.abort(new NatterError(error));
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) stream.end({ error });
    const duplex = this.#duplex;
    this.#duplex = undefined;
    duplex?.close();
    this.#tell('closed', error);
  }

  #lost(duplex: Duplex, error: ErrorData): void {
    if (this.#duplex !== duplex) return;
    this.#duplex = undefined;
    for (const [id, call] of this.#calls) {
      if (!call.sent) continue;
      this.#calls.delete(id);
      call.reject(new NatterError({ ...error, certain: false }));
    }
    if (this.#redial === undefined) return this.#end(error);
    this.#tell('reconnecting', error);
    this.#redial.start();
  }

  #receive(duplex: Duplex, text: string): void {
    if (this.#duplex !== duplex) return;
    try {
      this.#dispatch(parseMessage(text, this.#options.limits ?? answerLimits));
      this.#redial?.settled();
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.#lost(duplex, errorData('protocol', error.message, { retriable: true }));
      duplex.close();
    }
  }

  #dispatch(message: WireObject): void {
    const { id, method, params } = message;
    if (method === wire.frame && isObject(params) && isWireId(params['id'])) {
      this.#streams.get(params['id'])?.receive(params['frame']);
      return;
    }
    if (method !== undefined) throw new ProtocolViolation('A message that is neither an answer nor a frame.');
    if (!isWireId(id))
      throw new ProtocolViolation(`The other side refused us: ${readFailure(message['error']).message}`);
    const error = 'error' in message ? readFailure(message['error']) : undefined;
    const call = this.#calls.get(id);
    const stream = this.#streams.get(id);
    this.#calls.delete(id);
    this.#streams.delete(id);
    // An answer to what was given up meanwhile finds nobody.
    if (error === undefined) call?.resolve(message['result']);
    else call?.reject(new NatterError(error));
    stream?.end(error === undefined ? { done: true } : { error });
  }

  #send(message: WireObject): void {
    this.#duplex?.send(JSON.stringify(message));
  }

  #tell(status: LinkStatus, error?: ErrorData): void {
    this.#status = status;
    for (const listener of this.#listeners) listener(status, error);
  }

  #signal(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }
}

/** A request as text; what is no JSON or more than the other side takes is the caller's mistake, and costs no link. */
function encode(message: WireObject): string {
  let text: string;
  try {
    text = JSON.stringify(message);
  } catch (error) {
    throw new NatterError(
      errorData('invalid', 'The parameters are not plain JSON.', { cause: toErrorData(error) }),
    );
  }
  if (text.length <= requestLimits.maxLength) return text;
  throw new NatterError(
    errorData('too-large', `The call has ${text.length} characters; ${requestLimits.maxLength} fit.`),
  );
}

const closed: ErrorData = errorData('closed', 'The link is closed.');
