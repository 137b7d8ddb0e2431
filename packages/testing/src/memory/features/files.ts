import { Refusal } from '../network/protocol.ts';
import type { Attachment, BlobId } from '@natter/core';
import type { Context } from '../session.ts';

/** Sends the bytes of an attachment and returns what the network calls them. */
export async function upload({ link, host, view }: Context, attachment: Attachment): Promise<string> {
  if (attachment.blob === null)
    throw new Refusal('invalid', `${attachment.name} has neither bytes nor an address`);
  const limit = view.profile.capabilities.limits.fileBytes ?? Infinity;
  const chunks: Uint8Array[] = [];
  let transferred = 0;
  for await (const chunk of await host.readBlob(attachment.blob, 0)) {
    transferred += chunk.length;
    if (transferred > limit) throw new Refusal('too-large', `a file may have ${limit} bytes at most`);
    chunks.push(chunk);
    host.hint([{ type: 'progress', blob: attachment.blob, transferred, total: attachment.size }]);
  }
  const { file } = await link.request({ do: 'upload', bytes: Buffer.concat(chunks) });
  return file;
}

/** Fetches a file into a blob. A file of this network never changes, so it can always be gone on with. */
export async function download(
  { link, host }: Context,
  file: string,
  blob: BlobId,
  offset: number,
): Promise<{ done: boolean }> {
  const { bytes, total } = await link.request({ do: 'download', file, offset });
  const writer = (await host.writeBlob(blob, offset)).getWriter();
  await writer.write(bytes);
  await writer.close();
  host.hint([{ type: 'progress', blob, transferred: total, total }]);
  return { done: true };
}
