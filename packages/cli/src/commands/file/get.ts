import type { Attachment, BlobId, MessageId, Transfer } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import { attachmentsOf } from '@natter/core/model';
import { UsageError } from '../../command-line/usage-error.ts';
import type { CommandContext } from '../../context.ts';
import { readFrames } from '../../link/frames.ts';
import { oneLine } from '../../output/sanitise.ts';
import { isStandardOutput } from './special-files.ts';
import { storeFile } from './store-file.ts';

/** `natter file get MESSAGE [--output PATH]`: every file of a message, fetched first where it is not here yet. */
export async function getFile(context: CommandContext): Promise<void> {
  const { given, output, signal } = context;
  const named = given.text('output');
  const target = named !== undefined && (await isStandardOutput(named)) ? '-' : named;
  // Whether there is such a message, the other side knows.
  const message = given.word(0) as MessageId;
  const link = await context.link();
  const attachments = attachmentsOf((await link.call('message.get', { message }, { signal })).content);
  if (attachments.length === 0)
    throw new NatterError(errorData('not-found', 'this message has no file', { scope: 'message' }));
  if (target === '-' && attachments.length > 1)
    throw new UsageError('this message has several files; name a folder with --output');
  for (const [index, attachment] of attachments.entries()) {
    const blob = await fetchAttachment(context, link, { message, index, attachment });
    const bytes = await link.download(blob, 0, signal);
    const stored = await storeFile(bytes, attachment, { target, alone: attachments.length === 1 });
    if (stored === null) continue;
    const { name, mediaType } = attachment;
    output.item({ type: 'file', message, index, name, mediaType, ...stored }, () => oneLine(stored.path));
  }
}

/** Waits until all bytes are here. Ctrl-C stops the transfer; what has come stays, and the next time goes on from there. */
async function fetchAttachment(
  { signal, output, environment }: CommandContext,
  link: ClientLink,
  { message, index, attachment }: { message: MessageId; index: number; attachment: Attachment },
): Promise<BlobId> {
  const started = await link.call('attachment.fetch', { message, index }, { signal });
  let last: Transfer = started;
  const cancel = (): void => {
    link.call('transfer.cancel', { blob: started.blob }).catch(() => undefined);
  };
  signal.addEventListener('abort', cancel);
  const progress = output.progress(environment);
  try {
    if (isOpen(last)) {
      for await (const frame of readFrames(link, 'transfer', { blob: started.blob }, signal)) {
        last = frame.value;
        progress.show(attachment.name, last.transferred, last.total ?? attachment.size);
        if (!isOpen(last)) break;
      }
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    progress.clear();
  }
  if (last.state === 'done') return last.blob;
  throw new NatterError(
    errorData(
      'network',
      `${attachment.name} could not be fetched; what has come is kept, ask again to go on`,
      { scope: 'transfer', retriable: true, userAction: 'retry' },
    ),
  );
}

function isOpen({ state }: Transfer): boolean {
  return state === 'waiting' || state === 'running';
}
