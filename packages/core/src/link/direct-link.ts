import type { Methods, Streams } from '../client/manifest.ts';
import { errorData, NatterError, toErrorData } from '../model/error.ts';
import type { BlobId } from '../model/ids.ts';
import { readFrom, writeTo } from './blob-copy.ts';
import type {
  CallOptions,
  ClientLink,
  Sink,
  StatusListener,
  StreamFrame,
  LinkSubscription,
} from './client-link.ts';
import type { Handlers } from './handlers.ts';
import { clientManifest } from './manifest.ts';
import type { Manifest, MethodTable, StreamTable } from './manifest.ts';
import { openStream } from './open-stream.ts';
import { unknownName } from './unknown-name.ts';
import type { AnyFrame } from './outlet.ts';
import { givenUp } from './give-up.ts';

/**
 * The link within one process, without JSON: what is given over it is shared and not copied, so nobody may change it.
 * Otherwise it behaves as any link: credits bound the streams, errors are NatterErrors, `close` ends everything.
 */
export function directLink<M extends MethodTable<M> = Methods, S extends StreamTable<S> = Streams>(
  handlers: Handlers<M, S>,
  manifest: Manifest<M, S> = clientManifest as unknown as Manifest<M, S>,
): ClientLink<M, S> {
  return new DirectLink(handlers, manifest);
}

class DirectLink<M extends MethodTable<M>, S extends StreamTable<S>> implements ClientLink<M, S> {
  readonly #handlers: Handlers<M, S>;
  readonly #manifest: Manifest<M, S>;
  readonly #listeners = new Set<StatusListener>();
  readonly #open = new Set<() => void>();
  readonly #closing = new AbortController();

  constructor(handlers: Handlers<M, S>, manifest: Manifest<M, S>) {
    this.#handlers = handlers;
    this.#manifest = manifest;
  }

  async call<Name extends keyof M & string>(
    method: Name,
    params: M[Name][0],
    options: CallOptions = {},
  ): Promise<M[Name][1]> {
    if (this.#closing.signal.aborted) throw closed();
    if (!this.#manifest.methods.includes(method)) throw new NatterError(unknownName('method', method));
    const gaveUp = givenUp(options, this.#closing.signal);
    try {
      if (gaveUp.signal.aborted) return await gaveUp.rejection;
      const call = this.#handlers.methods[method](params, gaveUp.signal);
      return await Promise.race([call, gaveUp.rejection]);
    } catch (error) {
      throw NatterError.isInstance(error) ? error : new NatterError(toErrorData(error));
    } finally {
      gaveUp.release();
    }
  }

  open<Name extends keyof S & string>(
    stream: Name,
    params: S[Name][0],
    sink: Sink<StreamFrame<S[Name][1], S[Name][2]>>,
  ): LinkSubscription<S[Name][0]> {
    const kind = Object.hasOwn(this.#manifest.streams, stream) ? this.#manifest.streams[stream] : undefined;
    if (this.#closing.signal.aborted || kind === undefined) {
      const error = kind === undefined ? unknownName('stream', stream) : closed().data;
      sink.end({ error });
      return { update: () => {}, credit: () => {}, close: () => {} };
    }
    let over = false;
    const endForClose = (): void => {
      over = true;
      served.close();
      sink.end({ error: closed().data });
    };
    const served = openStream({
      kind,
      handler: this.#handlers.streams[stream],
      params,
      credits: 1,
      sink: {
        // The manifest says which frames this stream has, and openStream makes no others.
        frame: (frame: AnyFrame) => sink.frame(frame as StreamFrame<S[Name][1], S[Name][2]>),
        end: (why) => {
          over = true;
          this.#open.delete(endForClose);
          sink.end(why);
        },
      },
    });
    if (!over) this.#open.add(endForClose);
    return {
      update: (next) => served.update(next),
      credit: (count) => served.credit(count),
      close: () => {
        this.#open.delete(endForClose);
        served.close();
      },
    };
  }

  upload(
    blob: BlobId,
    offset: number,
    bytes: ReadableStream<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<void> {
    return writeTo(this.#handlers.blobs, { blob, offset, bytes, signal: this.#signal(signal) });
  }

  download(blob: BlobId, offset: number, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    return readFrom(this.#handlers.blobs, { blob, offset, signal: this.#signal(signal) });
  }

  onStatus(listener: StatusListener): () => void {
    this.#listeners.add(listener);
    listener(this.#closing.signal.aborted ? 'closed' : 'connected');
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(closed());
    for (const end of this.#open) end();
    this.#open.clear();
    for (const listener of this.#listeners) listener('closed');
  }

  #signal(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }
}

function closed(): NatterError {
  return new NatterError(errorData('closed', 'The link is closed.'));
}
