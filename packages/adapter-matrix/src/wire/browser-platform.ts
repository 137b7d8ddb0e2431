import { asWireError, WireError } from './error.ts';
import type { HttpAnswer, HttpClient, HttpRequest, Platform } from './http.ts';

/** HTTP by the browser's fetch, which has authorities and connections of its own. */
export const browserPlatform: Platform = {
  open: () => new FetchClient(),
  /** A browser hashes only what it has as a whole. */
  startDigest() {
    const parts: BlobPart[] = [];
    return {
      update: (piece) => void parts.push(new Uint8Array(piece)),
      bytes: async () =>
        new Uint8Array(await crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer())),
    };
  },
  loopback: null,
};

class FetchClient implements HttpClient {
  /** A browser does not tell. */
  readonly broken: Promise<WireError> = new Promise(() => {});
  readonly #closing = new AbortController();

  async send({ url, method, headers, body, silence, signal }: HttpRequest): Promise<HttpAnswer> {
    const quiet = new AbortController();
    const silent = (): void => quiet.abort(new WireError('timeout', `${url.host} is silent`));
    let timer = setTimeout(silent, silence);
    const either = AbortSignal.any([signal, this.#closing.signal, quiet.signal]);
    try {
      const answer = await fetch(url, {
        method,
        headers,
        signal: either,
        redirect: 'manual',
        credentials: 'omit',
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : await collect(body.bytes) }),
      });
      const touch = (): void => {
        clearTimeout(timer);
        timer = setTimeout(silent, silence);
      };
      return {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: read(answer, touch, () => clearTimeout(timer)),
        discard: () => {
          clearTimeout(timer);
          void answer.body?.cancel();
        },
      };
    } catch (error) {
      clearTimeout(timer);
      const failure = signal.aborted
        ? new WireError('aborted', 'the request was given up', { cause: error })
        : asWireError(quiet.signal.aborted ? quiet.signal.reason : error, 'connect-failed');
      failure.sent = true; // fetch does not tell
      throw failure;
    }
  }

  close(): void {
    this.#closing.abort();
  }
}

async function* read(answer: Response, touch: () => void, done: () => void): AsyncGenerator<Uint8Array> {
  try {
    if (answer.body === null) return;
    for await (const chunk of answer.body) {
      touch();
      yield chunk;
    }
  } catch (error) {
    const cut = asWireError(error);
    cut.sent = true;
    throw cut;
  } finally {
    done();
  }
}

/** Browsers take streams over HTTP/2 only. */
async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of bytes) parts.push(new Uint8Array(part));
  return new Blob(parts);
}
