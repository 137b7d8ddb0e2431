import type { Attachment, BlobId, Transfer } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import type { CommandContext } from '../../context.ts';
import { readFrames } from '../../link/frames.ts';

/** Waits until all bytes are here. Ctrl-C stops the transfer; what has come stays, and the next time goes on from there. */
export async function waitForTransfer(
  { signal, output, environment }: CommandContext,
  link: ClientLink,
  started: Transfer,
  { name, size }: Pick<Attachment, 'name' | 'size'>,
): Promise<BlobId> {
  let last = started;
  const cancel = (): void => {
    link.call('transfer.cancel', { blob: started.blob }).catch(() => undefined);
  };
  signal.addEventListener('abort', cancel);
  const progress = output.progress(environment);
  try {
    if (isOpen(last)) {
      for await (const frame of readFrames(link, 'transfer', { blob: started.blob }, signal)) {
        last = frame.value;
        progress.show(name, last.transferred, last.total ?? size);
        if (!isOpen(last)) break;
      }
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    progress.clear();
  }
  if (last.state === 'done') return last.blob;
  const text = `${name} could not be fetched; what has come is kept, ask again to go on`;
  throw new NatterError(
    errorData('network', text, { scope: 'transfer', retriable: true, userAction: 'retry' }),
  );
}

function isOpen({ state }: Transfer): boolean {
  return state === 'waiting' || state === 'running';
}
