import type { SessionHost } from '@natter/core';
import { errorData, NatterError, type BlobId } from '@natter/core/model';
import { fromBase64 } from '@natter/wire';
import { Element } from '@xmpp/xml';
import { readItemsAnswer, writeItemsQuery, type AvatarAddress } from '../mapping/personal.ts';
import { NS } from '../wire/namespaces.ts';
import { sha1Hex } from '../wire/sha1.ts';
import type { XmppStream } from '../wire/stream.ts';

/** Fetches a picture into a blob: from what was published (XEP-0084), or from the vcard (XEP-0153). Its hash must be the told one. */
export async function downloadAvatar(
  { stream, host }: { readonly stream: XmppStream; readonly host: SessionHost },
  address: AvatarAddress,
  blob: BlobId,
  signal: AbortSignal,
): Promise<void> {
  const base64 = await fetchPicture(stream, address, signal);
  const bytes = base64 === null ? null : fromBase64(base64);
  if (bytes === null) throw failure('not-found', 'there is no such picture any more');
  if ((await sha1Hex(bytes)) !== address.hash)
    throw failure('protocol', 'the picture is another one than was announced');
  const writer = (await host.writeBlob(blob, 0)).getWriter();
  await writer.write(bytes);
  await writer.close();
  host.hint([{ type: 'progress', blob, transferred: bytes.length, total: bytes.length }]);
}

async function fetchPicture(
  stream: XmppStream,
  { from, publisher, hash }: AvatarAddress,
  signal: AbortSignal,
): Promise<string | null> {
  if (from === 'pep') {
    const answer = await stream.request('get', publisher, writeItemsQuery(NS.avatarData, hash), signal);
    return readItemsAnswer(answer)[0]?.payload?.getText() ?? null;
  }
  const query = new Element('vCard', { xmlns: NS.vcard });
  const answer = await stream.request('get', publisher, query, signal);
  return answer.getChild('vCard', NS.vcard)?.getChild('PHOTO')?.getChildText('BINVAL') ?? null;
}

function failure(code: 'not-found' | 'protocol', message: string): NatterError {
  return new NatterError(errorData(code, message, { scope: 'transfer' }));
}
