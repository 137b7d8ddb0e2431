import type { BlobId, Draft, Transfer } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { attachmentsOf } from '@natter/core/model';
import type { CommandContext } from '../../context.ts';
import { readFrames } from '../../link/frames.ts';

/** Milliseconds that a send waits for the network when nobody says otherwise; for files, since their last byte moved. */
const patience = 10_000;

/**
 * Waits for something that happens to a message, for as long as `--timeout` says. Without it a file that is still moving is
 * waited for, however large it is; a terminal shows how far it is.
 */
export async function waitPatiently<Result>(
  context: CommandContext,
  link: ClientLink,
  { content }: Draft,
  wait: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { given, output, environment, signal } = context;
  const limit = given.seconds('timeout');
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), limit ?? patience);
  const both = AbortSignal.any([signal, over.signal]);
  const progress = output.progress(environment);
  const ended = new AbortController();
  const following = followFiles(link, content, AbortSignal.any([both, ended.signal]), (name, transfer) => {
    if (limit === undefined) timer.refresh();
    progress.show(name, transfer.transferred, transfer.total);
  });
  try {
    return await wait(both);
  } finally {
    clearTimeout(timer);
    ended.abort();
    await following;
    progress.clear();
  }
}

/** Tells whenever more of a file has left. */
async function followFiles(
  link: ClientLink,
  content: Draft['content'],
  signal: AbortSignal,
  onMoved: (name: string, transfer: Transfer) => void,
): Promise<void> {
  const names = new Map(attachmentsOf(content).map(({ blob, name }) => [blob, name]));
  if (names.size === 0) return;
  const seen = new Map<BlobId, number>();
  try {
    for await (const { value } of readFrames(link, 'transfers', {}, signal)) {
      for (const transfer of value) {
        const { blob, transferred } = transfer;
        const name = names.get(blob);
        if (name === undefined || seen.get(blob) === transferred) continue;
        seen.set(blob, transferred);
        onMoved(name, transfer);
      }
    }
  } catch {
    // Whoever waits for the message hears of a broken link as well; this only shows how far it is.
  }
}
