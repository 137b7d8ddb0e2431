import type { Attachment, BlobId, Contact, Content, Message, Transfer } from '../../model/index.ts';
import { NatterError, attachmentsOf, errorData, mintId, toErrorData } from '../../model/index.ts';
import type { ClientContext } from './context.ts';
import { onlineRunner } from './context.ts';

/** Starts fetching an attachment into a blob, or says how the transfer stands that was started before. */
export async function startDownload(
  context: ClientContext,
  message: Message,
  attachment: Attachment,
  index: number,
): Promise<Transfer> {
  const { transfers, environment } = context;
  const known = attachment.blob === null ? undefined : transfers.rows.get(attachment.blob);
  if (known && known.state !== 'failed' && known.state !== 'cancelled') return known;
  if (attachment.blob !== null) {
    const size = await environment.blobs.size(attachment.blob);
    if (size !== null && (attachment.size === null || size >= attachment.size)) {
      const { account } = message;
      return {
        account,
        blob: attachment.blob,
        direction: 'download',
        transferred: size,
        total: size,
        state: 'done',
      };
    }
  }
  const { remote } = attachment;
  if (remote === null)
    throw new NatterError(errorData('not-found', 'this file is not on the network', { scope: 'transfer' }));
  // Who is offline hears why, and of no transfer that has failed already.
  onlineRunner(context, message.account);
  const blob = attachment.blob ?? mintId('blob');
  if (attachment.blob === null) await rememberBlob(context, message, index, blob);
  const transfer: Transfer = {
    account: message.account,
    blob,
    direction: 'download',
    transferred: 0,
    total: attachment.size,
    state: 'running',
  };
  transfers.set(transfer);
  void download(context, remote, transfer);
  return transfer;
}

/** Starts fetching the picture of a contact into a file that goes by itself when nobody has read it for a while. */
export async function startPictureDownload(context: ClientContext, contact: Contact): Promise<Transfer> {
  const { account, avatar, address } = contact;
  if (avatar === null)
    throw new NatterError(errorData('not-found', `${address} has no picture`, { scope: 'contact' }));
  onlineRunner(context, account);
  const blob = await context.looseBlobs.create();
  const transfer: Transfer = {
    account,
    blob,
    direction: 'download',
    transferred: 0,
    total: null,
    state: 'running',
  };
  context.transfers.set(transfer);
  void download(context, avatar.remote, transfer);
  return transfer;
}

/** Stops a transfer; what has arrived stays, for going on later. */
export function cancelDownload(context: ClientContext, blob: BlobId): boolean {
  const controller = context.transfers.controllers.get(blob);
  controller?.abort();
  return controller !== undefined;
}

async function download(context: ClientContext, remote: string, transfer: Transfer): Promise<void> {
  const { transfers, environment } = context;
  const { account, blob } = transfer;
  const controller = new AbortController();
  transfers.controllers.set(blob, controller);
  try {
    const { runner, signal } = onlineRunner(context, account);
    const both = AbortSignal.any([signal, controller.signal]);
    let offset = (await environment.blobs.size(blob)) ?? 0;
    for (let tries = 0; tries < 3; tries += 1) {
      const { done } = await runner.session.download(remote, blob, offset, both);
      if (done) break;
      offset = 0;
    }
    const size = (await environment.blobs.size(blob)) ?? 0;
    transfers.set({ ...transfer, transferred: size, total: size, state: 'done' });
  } catch (error) {
    environment.log('warn', 'download-failed', { reason: toErrorData(error).message });
    const size = (await environment.blobs.size(blob).catch(() => null)) ?? 0;
    transfers.set({
      ...transfer,
      transferred: size,
      state: controller.signal.aborted ? 'cancelled' : 'failed',
    });
  } finally {
    transfers.controllers.delete(blob);
  }
}

/** The message knows its local copy from the start, so that a fetch that was cut goes on in the same blob. */
async function rememberBlob(
  { environment }: ClientContext,
  { id }: Message,
  index: number,
  blob: BlobId,
): Promise<void> {
  await environment.queue.run(async (transaction) => {
    await transaction.messages.prefetch([{ message: id }]);
    const message = transaction.messages.get(id);
    if (message?.content.kind !== 'attachment') return;
    const attachments = attachmentsOf(message.content).map((attachment, at) =>
      at === index ? { ...attachment, blob } : attachment,
    );
    const content: Content = { ...message.content, attachments };
    transaction.messages.put({ ...message, content });
  });
}
