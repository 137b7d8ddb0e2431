import { startDigest } from '#digest';
import { errorData, NatterError, type BlobId, type Opaque } from '@natter/core';
import type { FileAccess } from '@natter/native-protocol';
import { chunksOf } from '../wire/bytes.ts';
import type { HttpAnswer } from '../wire/http.ts';
import type { Context } from './context.ts';
import { unsupported } from './query.ts';
import { askForBytes, broken, refusedTransfer } from './transfer.ts';

/**
 * Fetches a file of the server into a blob, from an offset. What has arrived stays when it is broken off. `done: false` says
 * that what is there is not the beginning of this file. Nothing stays of one that is not what the server says it is. Rejects with a RequestError or a NatterError.
 */
export async function download(
  context: Context,
  remote: Opaque,
  target: { readonly blob: BlobId; readonly offset: number },
  signal: AbortSignal,
): Promise<{ etag?: string; done: boolean }> {
  // An address of anywhere: asking there would tell its owner who we are, and when we read.
  if (/^https?:/iu.test(remote)) throw unsupported('way to fetch files of other servers');
  const access = await context.connection.request(
    'file-get',
    (id) => ({ type: 'file-get', id, file: remote }),
    signal,
  );
  const etag = access.sha256 === undefined ? {} : { etag: access.sha256 };
  const { blob, offset } = target;
  if (offset > access.size) return { ...etag, done: false };
  if (offset === access.size && offset > 0) return { ...etag, done: true };
  const answer = await askForBytes(context, access, {
    method: 'GET',
    headers: offset === 0 ? {} : { range: `bytes=${offset}-` },
    signal,
  });
  if (answer.status !== (offset === 0 ? 200 : 206)) {
    answer.discard();
    if (answer.status === 200 || answer.status === 416) return { ...etag, done: false };
    throw refusedTransfer(answer);
  }
  await store(context, { access, blob, offset, answer }, signal);
  return { ...etag, done: true };
}

async function store(
  { host }: Context,
  { access, blob, offset, answer }: { access: FileAccess; blob: BlobId; offset: number; answer: HttpAnswer },
  signal: AbortSignal,
): Promise<void> {
  const digest = startDigest();
  if (offset > 0) for await (const chunk of chunksOf(await host.readBlob(blob, 0))) digest.update(chunk);
  const writer = (await host.writeBlob(blob, offset)).getWriter();
  let transferred = offset;
  try {
    for await (const chunk of answer.body) {
      if (transferred + chunk.length > access.size) throw new Error('the file is longer than announced');
      digest.update(chunk);
      await writer.write(chunk);
      transferred += chunk.length;
      host.hint([{ type: 'progress', blob, transferred, total: access.size }]);
    }
  } catch (caught) {
    throw broken(caught, signal);
  } finally {
    await writer.close();
  }
  if (transferred !== access.size) throw broken(new Error('the file is shorter than announced'), signal);
  const found = access.sha256 === undefined ? null : await digest.hex();
  if (found === null || found === access.sha256) return;
  await (await host.writeBlob(blob, 0)).close();
  throw new NatterError(
    errorData('protocol', 'the file that came is not the one that was sent: it has another hash', {
      scope: 'transfer',
    }),
  );
}
