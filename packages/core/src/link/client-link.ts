import type { Methods, Streams } from '../client/manifest.ts';
import type { ErrorData } from '../model/error.ts';
import type { BlobId } from '../model/ids.ts';
import type { Splice } from '../streams/splice.ts';
import type { MethodTable, StreamKind, StreamTable } from './manifest.ts';

/** The latest value; values between two frames may be left out. `version` counts the frames of this subscription. */
export interface StateFrame<T> {
  readonly t: 'state';
  readonly version: number;
  readonly value: T;
}

/** How far something got; like a state. */
export interface ProgressFrame<T> {
  readonly t: 'progress';
  readonly version: number;
  readonly value: T;
}

/** Rows of a list. `base` null: the splices lead from an empty list; else from the rows as of frame `base`. */
export interface WindowFrame<T> {
  readonly t: 'window';
  readonly version: number;
  readonly base: number | null;
  /** The number of rows of the whole list, where that is known: a timeline counts what it shows. */
  readonly total: number;
  /** The position of the first row in the whole list. */
  readonly offset: number;
  readonly splices: readonly Splice<T>[];
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

/** Items that must not be lost. After a cut the log goes on behind `cursor`: at least once, and in order. */
export interface LogFrame<T> {
  readonly t: 'log';
  readonly cursor: string;
  readonly items: readonly T[];
}

/** What a subscription of a kind delivers. */
export type StreamFrame<Kind extends StreamKind, T> = {
  state: StateFrame<T>;
  progress: ProgressFrame<T>;
  window: WindowFrame<T>;
  log: LogFrame<T>;
}[Kind];

/** Why a subscription ended: the stream is complete, or it failed. A cut link is neither: the subscription resumes. */
export type EndReason = { readonly done: true } | { readonly error: ErrorData };

/** Who receives a subscription. Neither function may throw. */
export interface Sink<Frame> {
  /** One frame. A `window` or `state` frame takes one credit; the next one comes after {@link LinkSubscription.credit}. */
  frame(frame: Frame): void;
  /** The last call. */
  end(why: EndReason): void;
}

/** An open subscription. It starts with one credit. */
export interface LinkSubscription<Params> {
  /** Shows something else from now on: moves a window, changes a query. A log cannot be updated. */
  update(params: Params): void;
  /** Lets `count` more frames come. Call it when the last frame is dealt with; that is what bounds the link. */
  credit(count: number): void;
  /** Ends it; the sink hears nothing more. */
  close(): void;
}

/** `reconnecting`: cut, trying again; subscriptions resume by themselves. `closed` is final. */
export type LinkStatus = 'connected' | 'reconnecting' | 'closed';

/** Hears the status, and why the link was cut or closed, where there is a reason. */
export type StatusListener = (status: LinkStatus, error?: ErrorData) => void;

/** How to give a call up. */
export interface CallOptions {
  /** Aborting rejects with `aborted` and tells the other side; what already happened is not undone. */
  readonly signal?: AbortSignal;
  /** Milliseconds until the call is given up with `timeout`. */
  readonly deadline?: number;
}

/**
 * The client interface of natter as data: calls and streams of JSON, plus file bytes on a channel of their own. The same
 * over an in-process hub, the daemon's socket, or a page of a browser. Free of rxjs; the RxJS facade is built on it.
 */
export interface ClientLink<M extends MethodTable<M> = Methods, S extends StreamTable<S> = Streams> {
  /**
   * Calls a method. Rejects with a NatterError: what the method answered, `aborted`, `timeout`, `network` when the link
   * was cut meanwhile (`certain: false`: it may have happened), `closed`.
   */
  call<Name extends keyof M & string>(
    method: Name,
    params: M[Name][0],
    options?: CallOptions,
  ): Promise<M[Name][1]>;
  /** Opens a stream. Never throws: a failure is the sink's `end`. */
  open<Name extends keyof S & string>(
    stream: Name,
    params: S[Name][0],
    sink: Sink<StreamFrame<S[Name][1], S[Name][2]>>,
  ): LinkSubscription<S[Name][0]>;
  /** Writes file bytes into a blob from `offset` on. Resolves when they are durable. */
  upload(
    blob: BlobId,
    offset: number,
    bytes: ReadableStream<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Reads a blob's bytes from `offset` on. The stream errors when the link is cut; read on from where it stopped. */
  download(blob: BlobId, offset: number, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  /** Tells the status now and each change. Returns the function that stops it. */
  onStatus(listener: StatusListener): () => void;
  /** Ends the link: calls reject with `closed`, subscriptions end with it. Idempotent. */
  close(): void;
}
