import type { SessionHost } from '@natter/core';
import { errorData, NatterError, type BlobId, type Opaque } from '@natter/core/model';
import type { AuthorizedApi } from '../authorized-api.ts';
import { mapError } from '../mapping/errors.ts';
import { readMediaAddress } from '../mapping/media.ts';
import { refusal } from '../wire/api.ts';
import { WireError } from '../wire/error.ts';
import type { HttpAnswer } from '../wire/http.ts';
import { readBody } from '../wire/json.ts';

/** Bytes that one file may have, whatever is said of it. */
const MOST_BYTES = 2 * 1024 * 1024 * 1024;
const MOST_ERROR = 64 * 1024;

/**
 * Fetches a file into a blob, from an offset, with our token (Matrix 1.11, "authenticated media"). What has arrived stays
 * when it is broken off. `done: false` says that the server would not go on there. Rejects with a NatterError.
 */
export async function download(
  { api, host }: { readonly api: AuthorizedApi; readonly host: SessionHost },
  { remote, blob, offset }: { readonly remote: Opaque; readonly blob: BlobId; readonly offset: number },
  signal: AbortSignal,
): Promise<{ etag?: string; done: boolean }> {
  try {
    const address = readMediaAddress(remote);
    if (address === null) throw new WireError('invalid', 'this is no address of a file on Matrix');
    const path = ['client', 'v1', 'media', 'download', address.server, address.id];
    const answer = await api.send({ method: 'GET', path, signal, ...range(offset) });
    const etag = answer.headers['etag'] === undefined ? {} : { etag: answer.headers['etag'] };
    if (answer.status !== (offset === 0 ? 200 : 206)) {
      if (offset > 0 && (answer.status === 200 || answer.status === 416)) {
        answer.discard();
        return { ...etag, done: false };
      }
      throw refusal(answer, await readBody(answer, MOST_ERROR));
    }
    await store(host, { blob, offset, answer });
    return { ...etag, done: true };
  } catch (error) {
    if (NatterError.isInstance(error)) throw error;
    throw new NatterError(mapError(error, 'transfer'));
  }
}

function range(offset: number): { headers?: Readonly<Record<string, string>> } {
  return offset === 0 ? {} : { headers: { range: `bytes=${offset}-` } };
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
