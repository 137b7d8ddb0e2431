import type { AccountId, ChangeItem, ChangeType } from '@natter/core';
import { NatterError, errorData } from '@natter/core/error';
import type { CommandContext } from '../context.ts';
import { findAccountId } from '../link/choose-account.ts';
import { readFrames } from '../link/frames.ts';
import { changeText } from '../output/items/change-text.ts';
import { changeItem } from '../output/items/change.ts';

/** Types of line, and the type of change that each comes from. */
const sources: Readonly<Record<string, ChangeType>> = {
  message: 'message',
  'message-changed': 'message',
  receipt: 'receipt',
  contact: 'contact',
  operation: 'operation',
  presence: 'presence',
  typing: 'typing',
  connection: 'connection',
};

/** `natter watch`: every event once, until `--count` or `--timeout`. */
export async function watch(context: CommandContext): Promise<void> {
  const { given } = context;
  const [count, time] = [given.count('count'), given.seconds('timeout')];
  const types = wantedTypes(context);
  const after = given.text('after') ?? 'now';
  const link = await context.link({ resume: true });
  const account = await findAccountId(link, given.text('account'));
  link.onStatus((status) => {
    if (status === 'reconnecting')
      context.output.note('natter: the daemon is gone; waiting for it to come back');
  });
  const timer = time === undefined ? new AbortController().signal : AbortSignal.timeout(time);
  const params = {
    after,
    ...(types !== null && { types: [...new Set(types.map((type) => sources[type] ?? 'message'))] }),
  };
  let shown = 0;
  try {
    for await (const { cursor, items } of readFrames(
      link,
      'changes',
      params,
      AbortSignal.any([context.signal, timer]),
    ))
      for (const item of items) {
        if (!print(context, item, cursor, { types, account })) continue;
        shown += 1;
        if (shown === count) return;
      }
  } catch (error) {
    if (!timer.aborted || context.signal.aborted) throw error;
  }
  if (count !== undefined)
    throw new NatterError(
      errorData('timeout', `only ${shown} of ${count} events came in time`, { retriable: true }),
    );
}

function wantedTypes({ given }: CommandContext): readonly string[] | null {
  const types = given.texts('type').flatMap((text) => text.split(','));
  const unknown = types.find((type) => sources[type] === undefined);
  if (unknown !== undefined)
    throw given.error(`--type takes ${Object.keys(sources).join(', ')}, not '${unknown}'`);
  return types.length === 0 ? null : types;
}

function print(
  { output }: CommandContext,
  change: ChangeItem,
  cursor: string,
  { types, account }: { readonly types: readonly string[] | null; readonly account: AccountId | undefined },
): boolean {
  const item = changeItem(change);
  if (types !== null && !types.includes(item.type)) return false;
  if (account !== undefined && item['account'] !== account) return false;
  output.item({ ...item, cursor }, () => changeText(change, output.style));
  return true;
}
