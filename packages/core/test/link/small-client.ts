import { errorData, NatterError } from '../../src/model/error.ts';
import type { ErrorData } from '../../src/model/error.ts';
import type { BlobId } from '../../src/model/ids.ts';
import type { Handlers, LogBatch, Manifest, ValueFeed, WindowFeed } from '../../src/link/index.ts';

/** A client interface that is just large enough to show every kind of call and stream. */
export interface SmallMethods {
  echo: [{ readonly text: string }, string];
  fail: [Record<string, never>, null];
  hang: [Record<string, never>, null];
}

export interface SmallStreams {
  count: [{ readonly from: number }, 'state', number];
  rows: [
    { readonly offset: number; readonly limit: number },
    'window',
    { readonly id: number; readonly text: string },
  ];
  log: [{ readonly after: string }, 'log', number];
  copy: [Record<string, never>, 'progress', { readonly transferred: number }];
}

export const smallManifest: Manifest<SmallMethods, SmallStreams> = {
  methods: ['echo', 'fail', 'hang'],
  streams: { count: 'state', rows: 'window', log: 'log', copy: 'progress' },
};

/** What stands behind the link in these tests, and what the tests may do to it. */
export class SmallServer implements Handlers<SmallMethods, SmallStreams> {
  readonly counters = new Set<ValueFeed<number>>();
  readonly copies = new Set<ValueFeed<{ readonly transferred: number }>>();
  readonly windows = new Set<() => void>();
  readonly hanging: AbortSignal[] = [];
  list: readonly { readonly id: number; readonly text: string }[] = [];
  items: readonly number[] = [];
  readonly stored = new Map<BlobId, Uint8Array>();
  pulled = 0;
  openLogs = 0;
  #wake = Promise.withResolvers<void>();

  readonly methods: Handlers<SmallMethods, SmallStreams>['methods'] = {
    echo: async ({ text }) => text,
    fail: async () => {
      throw new NatterError(
        errorData('not-found', 'no such thing', { condition: { code: 404 }, retryAfter: 5 }),
      );
    },
    hang: (_params, signal) => {
      this.hanging.push(signal);
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    },
  };

  readonly streams: Handlers<SmallMethods, SmallStreams>['streams'] = {
    count: ({ from }, feed) => {
      if (from < 0) throw new NatterError(errorData('invalid', 'from where?'));
      this.counters.add(feed);
      feed.value(from);
      return { update: (next) => feed.value(next.from), close: () => void this.counters.delete(feed) };
    },
    rows: (params, feed) => this.#openRows(params, feed),
    log: ({ after }, signal) => this.#read(Number(after), signal),
    copy: async (_params, feed) => {
      this.copies.add(feed);
      return { close: () => void this.copies.delete(feed) };
    },
  };

  /** Why no blob can be written, if so. */
  full: ErrorData | null = null;

  readonly blobs: Handlers['blobs'] = {
    read: async (blob, offset) => {
      const bytes = this.stored.get(blob);
      if (bytes === undefined) throw new NatterError(errorData('not-found', 'no such blob'));
      return new Blob([bytes.slice(offset)]).stream();
    },
    write: async (blob, offset) => {
      const parts: Uint8Array[] = [(this.stored.get(blob) ?? new Uint8Array(0)).slice(0, offset)];
      return new WritableStream({
        write: (chunk) => {
          if (this.full !== null) throw new NatterError(this.full);
          parts.push(chunk);
        },
        close: async () => {
          this.stored.set(
            blob,
            new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer()),
          );
        },
      });
    },
  };

  count(n: number): void {
    for (const feed of this.counters) feed.value(n);
  }

  setList(list: SmallServer['list']): void {
    this.list = list;
    for (const show of this.windows) show();
  }

  append(...items: number[]): void {
    this.items = [...this.items, ...items];
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  #openRows(
    params: { readonly offset: number; readonly limit: number },
    feed: WindowFeed<{ readonly id: number; readonly text: string }>,
  ): { update(next: { readonly offset: number; readonly limit: number }): void; close(): void } {
    let span = params;
    const show = (): void => {
      const rows = this.list.slice(span.offset, span.offset + span.limit);
      const atEnd = span.offset + rows.length >= this.list.length;
      feed.rows({ rows, total: this.list.length, offset: span.offset, atStart: span.offset === 0, atEnd });
    };
    this.windows.add(show);
    show();
    return {
      update: (next) => {
        span = next;
        show();
      },
      close: () => void this.windows.delete(show),
    };
  }

  /** A log of numbers; the cursor is the index behind the last one. */
  async *#read(after: number, signal: AbortSignal): AsyncGenerator<LogBatch<number>> {
    this.openLogs += 1;
    try {
      const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      for (let at = after; !signal.aborted;) {
        const items = this.items.slice(at, at + 2);
        if (items.length === 0) {
          await Promise.race([this.#wake.promise, aborted]);
          continue;
        }
        at += items.length;
        this.pulled += 1;
        yield { cursor: String(at), items };
      }
    } finally {
      this.openLogs -= 1;
    }
  }
}
