import type { Methods, Streams } from '../client/manifest.ts';
import type { ErrorData } from '../model/error.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { MethodTable, StreamKind, StreamTable } from './manifest.ts';

/** Where the handler of a `state` or `progress` stream puts each new value; the link sends the latest when it may. */
export interface ValueFeed<T> {
  /** The latest value; it takes the place of one that was not sent yet. */
  value(next: T): void;
  /** The stream is complete, or failed. The last value is still delivered. */
  end(error?: ErrorData): void;
}

/** What a window shows: the whole of it, as bounded as its limit. */
export interface WindowState<T> {
  readonly rows: readonly T[];
  readonly total: number;
  readonly offset: number;
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

/**
 * Where the handler of a `window` stream puts what it shows now; the link works out the splices since what it sent last.
 * No two rows of a window may be equal (they carry ids).
 */
export interface WindowFeed<T> {
  /** What is shown now. */
  rows(next: WindowState<T>): void;
  /** The stream is complete, or failed. */
  end(error?: ErrorData): void;
}

/** An open state, window or progress stream, as its handler keeps it. */
export interface OpenStream<Params> {
  /** Shows something else from now on; a handler without it refuses updates. */
  update?(params: Params): void;
  /** Called once, when the stream is over: nobody listens any more, or the feed was ended. */
  close(): void;
}

/** Items of a log, and the cursor behind the last of them. */
export interface LogBatch<T> {
  readonly cursor: string;
  readonly items: readonly T[];
}

/** Opens a state, window or progress stream. May throw or reject with a NatterError, which ends the stream with it. */
export type OpenHandler<Params, Feed> = (
  params: Params,
  feed: Feed,
) => OpenStream<Params> | Promise<OpenStream<Params>>;

/**
 * Opens a log after `params.after`. It is read one batch at a time and only while the reader has room, so what it has
 * not given yet stays where it is stored. It must end when `signal` aborts.
 */
export type LogHandler<Params, T> = (params: Params, signal: AbortSignal) => AsyncIterable<LogBatch<T>>;

/** The handler of one stream, by its kind. */
export type StreamHandler<Kind extends StreamKind, Params, T> = {
  state: OpenHandler<Params, ValueFeed<T>>;
  progress: OpenHandler<Params, ValueFeed<T>>;
  window: OpenHandler<Params, WindowFeed<T>>;
  log: LogHandler<Params, T>;
}[Kind];

/** What stands behind a link: every method and stream of the tables, and the blobs. */
export interface Handlers<M extends MethodTable<M> = Methods, S extends StreamTable<S> = Streams> {
  /** Each may reject with a NatterError; `signal` aborts when the caller gives up or the link is cut. */
  readonly methods: {
    readonly [Name in keyof M]: (params: M[Name][0], signal: AbortSignal) => Promise<M[Name][1]>;
  };
  readonly streams: { readonly [Name in keyof S]: StreamHandler<S[Name][1], S[Name][0], S[Name][2]> };
  readonly blobs: Pick<BlobStore, 'read' | 'write'>;
}
