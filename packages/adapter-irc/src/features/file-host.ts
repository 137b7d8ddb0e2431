import type { Op, Outcome, SessionHost } from '@natter/core';
import {
  attachmentsOf,
  errorData,
  NatterError,
  type Attachment,
  type BlobId,
  type Content,
} from '@natter/core/model';
import { chunksOf, type HttpAnswer, type HttpRequest } from '@natter/wire';
import { mapError } from '../mapping/errors.ts';
import { asWireError, WireError } from '../wire/error.ts';
import type { ISupport } from '../wire/isupport.ts';

/** Bytes that one file may have, whatever is said of it. */
const MOST_BYTES = 2 * 1024 * 1024 * 1024;

/** What files take. */
export interface FileHostParts {
  readonly host: SessionHost;
  readonly support: ISupport;
  /** Asks a web server, with the trust of the account. */
  readonly http: (request: Omit<HttpRequest, 'authorities' | 'patience'>) => Promise<HttpAnswer>;
  /** Whether what the server says of its file host came over a verified line. */
  readonly secure: boolean;
  /** The name of the IRC server, and who we are there; null without a password. */
  readonly server: string;
  readonly account: () => Promise<{ readonly name: string; readonly password: string } | null>;
}

/** The server's place for files (soju.im/FILEHOST): a file is brought there over https, and its address is what is said. */
export class FileHost {
  readonly #parts: FileHostParts;

  constructor(parts: FileHostParts) {
    this.#parts = parts;
  }

  /** Where files are brought to; null where there is no such place, or none that is safe. */
  get url(): string | null {
    const { support, secure } = this.#parts;
    const url = support.get('soju.im/FILEHOST') ?? support.get('draft/FILEHOST') ?? '';
    return secure && url.startsWith('https://') && URL.canParse(url) ? url : null;
  }

  /** The address that is to be said of a file, or what became of it when it could not be brought there. */
  async bring(op: Op, content: Content, signal: AbortSignal): Promise<string | Outcome> {
    const [file, second] = attachmentsOf(content);
    if (file === undefined || second !== undefined) return refused('a message carries one file');
    const { url } = this;
    if (url === null) return refused('this server takes no files');
    try {
      const address = op.memo ?? file.remote ?? (await this.#upload(url, file, signal));
      await this.#parts.host.checkpoint(op.id, address); // from here on nobody brings it there twice
      return address;
    } catch (error) {
      const failure = asWireError(error);
      const data = mapError(failure, 'transfer');
      if (failure.code === 'invalid') return { result: 'refused', error: data };
      return { result: 'not-sent', error: { ...data, retriable: true } }; // nothing was said yet
    }
  }

  async #upload(
    url: string,
    { blob, name, mediaType, size }: Attachment,
    signal: AbortSignal,
  ): Promise<string> {
    if (blob === null) throw new WireError('invalid', `${name} has no bytes`);
    const answer = await this.#parts.http({
      url,
      method: 'POST',
      headers: {
        'content-type': mediaType,
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name.toWellFormed())}`,
        ...(size === null ? {} : { 'content-length': String(size) }),
        ...(await this.#authorization(url)),
      },
      body: this.#bytes(blob, size),
      signal,
    });
    answer.discard();
    if (answer.status !== 201 && answer.status !== 200)
      throw new WireError('invalid', `the file host answered ${answer.status}`);
    const location = answer.headers['location'] ?? '';
    const address = URL.canParse(location, url) ? new URL(location, url) : null;
    if (location === '' || address?.protocol !== 'https:')
      throw new WireError('invalid', 'the file host gave no safe address');
    return address.href;
  }

  /** The password is the IRC server's: it goes to no other host, whatever the server says. */
  async #authorization(url: string): Promise<{ authorization?: string }> {
    const { server, account } = this.#parts;
    const own = new URL(url).hostname === server ? await account() : null;
    if (own === null) return {};
    const bytes = new TextEncoder().encode(`${own.name}:${own.password}`);
    return { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
  }

  async *#bytes(blob: BlobId, total: number | null): AsyncGenerator<Uint8Array> {
    const { host } = this.#parts;
    let transferred = 0;
    for await (const chunk of chunksOf(await host.readBlob(blob, 0))) {
      yield chunk;
      transferred += chunk.length;
      host.hint([{ type: 'progress', blob, transferred, total }]);
    }
  }

  /** Fetches a file of the file host into a blob, from an offset. Rejects with a NatterError. */
  async download(
    url: string,
    blob: BlobId,
    offset: number,
    signal: AbortSignal,
  ): Promise<{ etag?: string; done: boolean }> {
    try {
      const headers: Record<string, string> = offset === 0 ? {} : { range: `bytes=${offset}-` };
      const answer = await this.#parts.http({ url, method: 'GET', headers, signal });
      const etag = answer.headers['etag'] === undefined ? {} : { etag: answer.headers['etag'] };
      if (answer.status !== (offset === 0 ? 200 : 206)) {
        answer.discard();
        if (offset > 0 && (answer.status === 200 || answer.status === 416)) return { ...etag, done: false };
        throw missing(answer.status);
      }
      await this.#store(answer, blob, offset);
      return { ...etag, done: true };
    } catch (error) {
      if (NatterError.isInstance(error)) throw error;
      throw new NatterError({ ...mapError(asWireError(error), 'transfer'), retriable: true });
    }
  }

  async #store(answer: HttpAnswer, blob: BlobId, offset: number): Promise<void> {
    const { host } = this.#parts;
    const length = Number(answer.headers['content-length'] ?? 'NaN');
    const total = Number.isSafeInteger(length) ? offset + length : null;
    const writer = (await host.writeBlob(blob, offset)).getWriter();
    let transferred = offset;
    try {
      for await (const chunk of answer.body) {
        transferred += chunk.length;
        if (transferred > MOST_BYTES) throw tooLarge();
        await writer.write(chunk);
        host.hint([{ type: 'progress', blob, transferred, total }]);
      }
    } finally {
      await writer.close();
    }
  }
}

function refused(message: string): Outcome {
  return { result: 'refused', error: errorData('unsupported', message, { scope: 'message' }) };
}

function missing(status: number): NatterError {
  const code =
    status === 404 || status === 410
      ? 'not-found'
      : status === 401 || status === 403
        ? 'forbidden'
        : 'server';
  return new NatterError(errorData(code, `the file host answered ${status}`, { scope: 'transfer' }));
}

function tooLarge(): NatterError {
  return new NatterError(
    errorData('too-large', `the file has more than ${MOST_BYTES} bytes`, { scope: 'transfer' }),
  );
}
