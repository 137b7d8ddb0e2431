import { toErrorData } from '../model/error.ts';
import type { Sink } from './client-link.ts';
import type { LogHandler, OpenHandler, OpenStream, ValueFeed, WindowFeed } from './handlers.ts';
import type { StreamKind } from './manifest.ts';
import { LogOutlet, notUpdatable, ValueOutlet, WindowOutlet } from './outlet.ts';
import type { AnyFrame, Outlet } from './outlet.ts';

/** One stream of the manifest, opened: what the reader may do with it. */
export interface ServedStream {
  update(params: unknown): void;
  credit(count: number): void;
  close(): void;
}

/** How a stream is opened. */
export interface OpenRequest {
  readonly kind: StreamKind;
  /** The handler; its kind is the manifest's. */
  readonly handler: unknown;
  readonly params: unknown;
  readonly sink: Sink<AnyFrame>;
  readonly credits: number;
  /** Turns a row into text, where the reader gets copies; see {@link WindowOutlet}. */
  readonly textOf?: (row: unknown) => string;
}

/** Opens a stream of any kind. Never throws: whatever fails ends the sink with the error. */
export function openStream(request: OpenRequest): ServedStream {
  const { kind, sink, credits } = request;
  switch (kind) {
    case 'log':
      return openLog(
        request.handler as LogHandler<unknown, unknown>,
        request.params,
        new LogOutlet(sink, credits),
      );
    case 'window': {
      const outlet = new WindowOutlet(sink, credits, request.textOf);
      return openFed(request.handler as OpenHandler<unknown, WindowFeed<unknown>>, request.params, outlet);
    }
    case 'state':
    case 'progress': {
      const outlet = new ValueOutlet(kind, sink, credits);
      return openFed(request.handler as OpenHandler<unknown, ValueFeed<unknown>>, request.params, outlet);
    }
  }
}

function openLog(handler: LogHandler<unknown, unknown>, params: unknown, outlet: LogOutlet): ServedStream {
  const abort = new AbortController();
  try {
    // It never rejects: a failure of the log is told to the reader.
    void outlet.run(handler(params, abort.signal)).finally(() => abort.abort());
  } catch (error) {
    outlet.end(toErrorData(error));
  }
  return {
    update: () => outlet.end(notUpdatable),
    credit: (count) => outlet.credit(count),
    close: () => {
      outlet.close();
      abort.abort();
    },
  };
}

function openFed<Feed extends Outlet>(
  handler: OpenHandler<unknown, Feed>,
  params: unknown,
  outlet: Feed,
): ServedStream {
  let opened: OpenStream<unknown> | undefined;
  let latest: { readonly params: unknown } | undefined;
  const attempt = (call: () => void): void => {
    try {
      call();
    } catch (error) {
      outlet.end(toErrorData(error));
    }
  };
  const release = (): void => {
    const stream = opened;
    opened = undefined;
    if (stream !== undefined) attempt(() => stream.close());
  };
  const update = (next: unknown): void => {
    if (opened === undefined) latest = { params: next };
    else if (opened.update === undefined) outlet.end(notUpdatable);
    else attempt(() => opened?.update?.(next));
  };
  const begin = (stream: OpenStream<unknown>): void => {
    opened = stream;
    outlet.whenOver(release);
    if (latest !== undefined && !outlet.over) update(latest.params);
  };
  attempt(() => {
    const stream = handler(params, outlet);
    if ('then' in stream) stream.then(begin, (error: unknown) => outlet.end(toErrorData(error)));
    else begin(stream);
  });
  return { update, credit: (count) => outlet.credit(count), close: () => outlet.close() };
}
