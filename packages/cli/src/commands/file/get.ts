import type { MessageId } from '@natter/core';
import { NatterError, errorData } from '@natter/core/error';
import { attachmentsOf } from '@natter/core/model';
import { UsageError } from '../../command-line/usage-error.ts';
import type { CommandContext } from '../../context.ts';
import { oneLine } from '../../output/sanitise.ts';
import { isStandardOutput } from './special-files.ts';
import { storeFile } from './store-file.ts';
import { waitForTransfer } from './wait-for-transfer.ts';

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
    const started = await link.call('attachment.fetch', { message, index }, { signal });
    const blob = await waitForTransfer(context, link, started, attachment);
    const bytes = await link.download(blob, 0, signal);
    const stored = await storeFile(bytes, attachment, { target, alone: attachments.length === 1 });
    if (stored === null) continue;
    const { name, mediaType } = attachment;
    output.item({ type: 'file', message, index, name, mediaType, ...stored }, () => oneLine(stored.path));
  }
}
