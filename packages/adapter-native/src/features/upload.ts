import { errorData, NatterError, type Attachment, type BlobId } from '@natter/core';
import type { Attachment as WireAttachment, FileAccess } from '@natter/native-protocol';
import { wireAttachment } from '../mapping/attachment.ts';
import { chunksOf } from '../wire/bytes.ts';
import type { Context } from './context.ts';
import { askForBytes, refusedTransfer } from './transfer.ts';

/** Bytes of one request: what is lost at most when the link breaks, and held in memory. */
const pieceLength = 1024 * 1024;

/**
 * Brings the bytes of attachments to the server. `key` names them for good: an upload that was broken off, even by a crash,
 * goes on where the server's copy ends. Rejects with a RequestError, or a NatterError for what cannot be sent.
 */
export async function upload(
  context: Context,
  attachments: readonly Attachment[],
  key: string,
  signal: AbortSignal,
): Promise<readonly WireAttachment[]> {
  const sent: WireAttachment[] = [];
  for (const [index, attachment] of attachments.entries())
    sent.push(await uploadOne(context, attachment, `${key}.${index}`, signal));
  return sent;
}

async function uploadOne(
  context: Context,
  attachment: Attachment,
  clientId: string,
  signal: AbortSignal,
): Promise<WireAttachment> {
  const { blob, remote } = attachment;
  const { server } = context.welcome;
  // Passed on: the server has it, and knows whether we may.
  if (remote !== null) return wireAttachment(attachment, remote, server);
  if (blob === null)
    throw new NatterError(
      errorData('invalid', `${attachment.name} has neither bytes nor an address`, { scope: 'message' }),
    );
  const size = attachment.size ?? (await measure(context, blob));
  const announce = (): Promise<FileAccess> =>
    context.connection.request(
      'file-create',
      (id) => ({
        type: 'file-create',
        id,
        clientId,
        name: attachment.name.slice(0, 255),
        mediaType: attachment.mediaType.slice(0, 127),
        size,
      }),
      signal,
    );
  let access = await announce();
  // Once more with a new leave when the old one has run out on the way.
  for (let tries = 0; access.sha256 === undefined && tries < 2; tries += 1) {
    await bring(context, { access, blob, size }, signal);
    access = await announce();
  }
  if (access.sha256 === undefined)
    throw new NatterError(
      errorData('invalid', `${attachment.name} is shorter than it was said to be`, { scope: 'message' }),
    );
  const whole = { ...attachment, size, hash: `sha-256:${access.sha256}` };
  return wireAttachment(whole, access.file, server);
}

/** Sends what the server has not got yet, piece by piece. Ends early when the leave has run out. */
async function bring(
  context: Context,
  { access, blob, size }: { access: FileAccess; blob: BlobId; size: number },
  signal: AbortSignal,
): Promise<void> {
  let { offset } = access;
  for await (const piece of pieces(await context.host.readBlob(blob, offset))) {
    const answer = await askForBytes(context, access, {
      method: 'PATCH',
      headers: {
        'content-type': 'application/offset+octet-stream',
        'tus-resumable': '1.0.0',
        'upload-offset': String(offset),
      },
      body: piece,
      signal,
    });
    answer.discard();
    if (answer.status === 401) return;
    if (answer.status !== 204) throw refusedTransfer(answer);
    offset += piece.length;
    context.host.hint([{ type: 'progress', blob, transferred: offset, total: size }]);
  }
}

/** The bytes in pieces of one length. */
async function* pieces(bytes: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(bytes)) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + pieceLength - length);
      held.push(part);
      length += part.length;
      at += part.length;
      if (length < pieceLength) continue;
      yield join(held, length);
      held = [];
      length = 0;
    }
  }
  if (length > 0) yield join(held, length);
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

async function measure({ host }: Context, blob: BlobId): Promise<number> {
  let size = 0;
  for await (const chunk of chunksOf(await host.readBlob(blob, 0))) size += chunk.length;
  return size;
}
