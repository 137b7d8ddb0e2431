import type { SessionHost } from '@natter/core';
import { errorData, NatterError, type BlobId, type Opaque } from '@natter/core/model';
import type { AuthorizedApi } from '../authorized-api.ts';
import type { Encryption } from '../encryption.ts';
import type { OpeningFile } from './encryption/sealed-file.ts';
import { mapError } from '../mapping/errors.ts';
import { readFileAddress } from '../mapping/file-address.ts';
import type { MediaAddress } from '../mapping/media.ts';
import { isUnknownEndpoint, refusal, type Call } from '../wire/api.ts';
import { WireError } from '../wire/error.ts';
import type { HttpAnswer } from '../wire/http.ts';
import { readBody, type JsonMap } from '../wire/json.ts';
import { MOST_REDIRECTS, redirectOf } from '../wire/redirects.ts';

/** Bytes that one file may have, whatever is said of it. */
const MOST_BYTES = 2 * 1024 * 1024 * 1024;
const MOST_ERROR = 64 * 1024;

/**
 * Fetches a file into a blob, from an offset, with our token (Matrix 1.11, "authenticated media"). What has arrived stays
 * when it is broken off. `done: false` says that the server would not go on there. Rejects with a NatterError.
 */
export async function download(
  {
    api,
    host,
    encryption,
  }: {
    readonly api: AuthorizedApi;
    readonly host: SessionHost;
    readonly encryption: Encryption | null;
  },
  { remote, blob, offset }: { readonly remote: Opaque; readonly blob: BlobId; readonly offset: number },
  signal: AbortSignal,
): Promise<{ etag?: string; done: boolean }> {
  try {
    const file = readFileAddress(remote);
    if (file === null) throw new WireError('invalid', 'this is no address of a file on Matrix');
    const opening = file.sealed === null ? null : await opener(encryption, file.sealed);
    const answer = await ask(api, file.address, { signal, ...range(offset) });
    const etag = answer.headers['etag'] === undefined ? {} : { etag: answer.headers['etag'] };
    if (answer.status !== (offset === 0 ? 200 : 206)) {
      if (offset > 0 && (answer.status === 200 || answer.status === 416)) {
        answer.discard();
        return { ...etag, done: false };
      }
      throw refusal(answer, await readBody(answer, MOST_ERROR));
    }
    await store(host, { blob, offset, answer, opening });
    return { ...etag, done: true };
  } catch (error) {
    if (NatterError.isInstance(error)) throw error;
    throw new NatterError(mapError(error, 'transfer'));
  }
}

/** Servers from before Matrix 1.11 know the question without authentication alone. */
async function ask(
  api: AuthorizedApi,
  { server, id }: MediaAddress,
  how: Pick<Call, 'signal' | 'headers'>,
): Promise<HttpAnswer> {
  const path = ['client', 'v1', 'media', 'download', server, id];
  const url = new URL(`${api.base}/_matrix/${path.map(encodeURIComponent).join('/')}`);
  const answer = await follow(api, await api.send({ method: 'GET', path, ...how }), url, how);
  if (answer.status !== 404 && answer.status !== 405) return answer;
  const refused = refusal(answer, await readBody(answer, MOST_ERROR));
  if (!isUnknownEndpoint(refused)) throw refused;
  return api.send({ method: 'GET', path: ['media', 'v3', 'download', server, id], anonymous: true, ...how });
}

/** Servers may keep their files elsewhere (MSC3916), where our token is nobody's business. */
async function follow(
  api: AuthorizedApi,
  first: HttpAnswer,
  url: URL,
  how: Pick<Call, 'signal' | 'headers'>,
): Promise<HttpAnswer> {
  let [answer, at] = [first, url];
  for (let redirects = 0; redirects < MOST_REDIRECTS; redirects += 1) {
    const next = redirectOf(answer, at);
    if (next === undefined) return answer;
    answer.discard();
    if (next === null)
      throw new WireError('tls-required', 'the file is said to be where nothing is encrypted');
    [answer, at] = [await api.elsewhere(next, how), next];
  }
  answer.discard();
  throw new WireError('protocol', 'the file is always somewhere else');
}

/** A file on its way into a blob. */
interface Arriving {
  readonly blob: BlobId;
  readonly offset: number;
  readonly answer: HttpAnswer;
  /** What opens it; null for one in the clear. */
  readonly opening: OpeningFile | null;
}

function range(offset: number): { headers?: Readonly<Record<string, string>> } {
  return offset === 0 ? {} : { headers: { range: `bytes=${offset}-` } };
}

async function opener(encryption: Encryption | null, opens: JsonMap): Promise<OpeningFile> {
  if (encryption === null)
    throw new WireError('invalid', 'this account has no keys here to open a file with');
  return encryption.openFile(opens);
}

async function store(host: SessionHost, { blob, offset, answer, opening }: Arriving): Promise<void> {
  const length = Number(answer.headers['content-length'] ?? 'NaN');
  const total = Number.isSafeInteger(length) ? offset + length : null;
  if (total !== null && total > MOST_BYTES) {
    answer.discard();
    throw tooLarge(MOST_BYTES);
  }
  if (opening !== null && offset > 0)
    for await (const part of await host.readBlob(blob, 0)) await opening.again(part);
  const writer = (await host.writeBlob(blob, offset)).getWriter();
  let transferred = offset;
  try {
    for await (const chunk of answer.body) {
      transferred += chunk.length;
      if (transferred > MOST_BYTES) throw tooLarge(MOST_BYTES);
      await writer.write(opening === null ? chunk : await opening.open(chunk));
      host.hint([{ type: 'progress', blob, transferred, total }]);
    }
  } finally {
    await writer.close();
  }
  await opening?.verify().catch(async (error: unknown) => {
    await (await host.writeBlob(blob, 0)).close(); // nothing stays of what somebody has tampered with
    throw error;
  });
}

function tooLarge(most: number): NatterError {
  return new NatterError(
    errorData('too-large', `the file has more than ${most} bytes`, { scope: 'transfer' }),
  );
}
