import type { SessionHost } from '@natter/core';
import { errorData, NatterError, type BlobId, type ErrorCode, type Opaque } from '@natter/core/model';
import { chunksOf, type HttpAnswer } from '@natter/wire';
import { mapError } from '../mapping/errors.ts';
import { parseFileAddress, type FileAddress } from '../mapping/file-address.ts';
import { asWireError } from '../wire/error.ts';
import type { Digest } from '../wire/digest.ts';
import type { AccountHttp } from './files.ts';

/** Bytes that one file may have, whatever is said of it. */
const MOST_BYTES = 2 * 1024 * 1024 * 1024;

/** What fetching takes. */
export interface DownloadParts {
  readonly http: AccountHttp;
  readonly host: SessionHost;
  readonly sha256: () => Digest;
}

/**
 * Fetches a file into a blob, from an offset. What has arrived stays when it is broken off, but nothing stays of a file that turns
 * out to be another one than its sender told (XEP-0447). `done: false` says that the server would not go on there. Rejects with a
 * NatterError.
 */
export async function download(
  parts: DownloadParts,
  { remote, blob, offset }: { readonly remote: Opaque; readonly blob: BlobId; readonly offset: number },
  signal: AbortSignal,
): Promise<{ etag?: string; done: boolean }> {
  const address = parseFileAddress(remote);
  try {
    const headers: Record<string, string> = offset === 0 ? {} : { range: `bytes=${offset}-` };
    const answer = await parts.http({ url: address.url, method: 'GET', headers, signal });
    const { status } = answer;
    const etag = answer.headers['etag'] === undefined ? {} : { etag: answer.headers['etag'] };
    if (status !== (offset === 0 ? 200 : 206)) {
      answer.discard();
      if (offset > 0 && (status === 200 || status === 416)) return { ...etag, done: false };
      throw refused(status);
    }
    const digest = parts.sha256();
    if (offset > 0 && address.sha256 !== null) await digestBlob(parts.host, blob, digest);
    const size = await store(parts.host, { blob, offset, answer, address, digest });
    await check(parts.host, blob, address, { size, sha256: await digest.hex() });
    return { ...etag, done: true };
  } catch (error) {
    if (NatterError.isInstance(error)) {
      if (offset === 0 && error.data.code === 'too-large') await forget(parts.host, blob);
      throw error;
    }
    throw new NatterError({ ...mapError(asWireError(error), 'transfer'), retriable: true });
  }
}

/** Gives the bytes that there are in the end. */
async function store(
  host: SessionHost,
  {
    blob,
    offset,
    answer,
    address,
    digest,
  }: { blob: BlobId; offset: number; answer: HttpAnswer; address: FileAddress; digest: Digest },
): Promise<number> {
  const length = Number(answer.headers['content-length'] ?? 'NaN');
  const total = Number.isSafeInteger(length) ? offset + length : address.size;
  const most = Math.min(MOST_BYTES, address.size ?? MOST_BYTES);
  if (total !== null && total > most) {
    answer.discard();
    throw tooLarge(most);
  }
  const writer = (await host.writeBlob(blob, offset)).getWriter();
  let transferred = offset;
  try {
    for await (const chunk of answer.body) {
      transferred += chunk.length;
      if (transferred > most) throw tooLarge(most);
      digest.update(chunk);
      await writer.write(chunk);
      host.hint([{ type: 'progress', blob, transferred, total }]);
    }
  } finally {
    await writer.close();
  }
  return transferred;
}

/** A file that is not what was told is nobody's file: it does not stay. */
async function check(
  host: SessionHost,
  blob: BlobId,
  told: FileAddress,
  found: { readonly size: number; readonly sha256: string | null },
): Promise<void> {
  const wrongSize = told.size !== null && told.size !== found.size;
  const wrongHash = told.sha256 !== null && found.sha256 !== null && told.sha256 !== found.sha256;
  if (!wrongSize && !wrongHash) return;
  await forget(host, blob);
  const why = wrongSize ? `${found.size} bytes instead of ${told.size}` : 'another hash';
  throw failure('protocol', `the file is not the one that was sent: it has ${why}`);
}

async function forget(host: SessionHost, blob: BlobId): Promise<void> {
  await (await host.writeBlob(blob, 0)).close();
}

async function digestBlob(host: SessionHost, blob: BlobId, digest: Digest): Promise<void> {
  for await (const chunk of chunksOf(await host.readBlob(blob, 0))) digest.update(chunk);
}

function tooLarge(most: number): NatterError {
  return failure('too-large', `the file has more than ${most} bytes`);
}

function refused(status: number): NatterError {
  const gone = status === 404 || status === 410;
  return failure(
    gone ? 'not-found' : 'forbidden',
    `the server of the file answered ${status}`,
    status >= 500,
  );
}

function failure(code: ErrorCode, message: string, retriable = false): NatterError {
  return new NatterError(errorData(code, message, { scope: 'transfer', retriable }));
}
