import type { SessionHost } from '@natter/core';
import { errorData, NatterError, type BlobId, type Opaque } from '@natter/core/model';
import { mapError } from '../mapping/errors.ts';
import { asWireError } from '../wire/error.ts';
import type { HttpAnswer } from '../wire/channel.ts';
import type { AccountHttp } from './files.ts';

/** Bytes that one file may have, whatever is said of it. */
const MOST_BYTES = 2 * 1024 * 1024 * 1024;

/**
 * Fetches a file into a blob, from an offset. What has arrived stays when it is broken off. `done: false` says that the
 * server would not go on there. Rejects with a NatterError.
 */
export async function download(
  { http, host }: { readonly http: AccountHttp; readonly host: SessionHost },
  { remote, blob, offset }: { readonly remote: Opaque; readonly blob: BlobId; readonly offset: number },
  signal: AbortSignal,
): Promise<{ etag?: string; done: boolean }> {
  try {
    const headers: Record<string, string> = offset === 0 ? {} : { range: `bytes=${offset}-` };
    const answer = await http({ url: remote, method: 'GET', headers, signal });
    const { status } = answer;
    const etag = answer.headers['etag'] === undefined ? {} : { etag: answer.headers['etag'] };
    if (status !== (offset === 0 ? 200 : 206)) {
      answer.discard();
      if (offset > 0 && (status === 200 || status === 416)) return { ...etag, done: false };
      throw refused(status);
    }
    await store(host, { blob, offset, answer });
    return { ...etag, done: true };
  } catch (error) {
    if (NatterError.isInstance(error)) throw error;
    throw new NatterError({ ...mapError(asWireError(error), 'transfer'), retriable: true });
  }
}

async function store(
  host: SessionHost,
  { blob, offset, answer }: { blob: BlobId; offset: number; answer: HttpAnswer },
): Promise<void> {
  const length = Number(answer.headers['content-length'] ?? 'NaN');
  const total = Number.isSafeInteger(length) ? offset + length : null;
  if (total !== null && total > MOST_BYTES) {
    answer.discard();
    throw tooLarge();
  }
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

function tooLarge(): NatterError {
  return new NatterError(
    errorData('too-large', `the file has more than ${MOST_BYTES} bytes`, { scope: 'transfer' }),
  );
}

function refused(status: number): NatterError {
  const gone = status === 404 || status === 410;
  return new NatterError(
    errorData(gone ? 'not-found' : 'forbidden', `the server of the file answered ${status}`, {
      scope: 'transfer',
      retriable: status >= 500,
    }),
  );
}
