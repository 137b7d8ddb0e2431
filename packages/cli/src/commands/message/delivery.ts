import type { Delivery, MessageId, MessageView } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { applySplices } from '@natter/core/link';
import { readFrames } from '../../link/frames.ts';
import { isStuck } from '../../link/why-not-yet.ts';

/** What `--wait` names. */
export const waits = ['queued', 'sent', 'delivered', 'read'] as const;

/** How far somebody waits for a message to get. */
export type Wait = (typeof waits)[number];

/** Follows a message until it is as far as `wait` says, or will not get there; at the latest until the signal aborts. */
export async function waitForDelivery(
  link: ClientLink,
  id: MessageId,
  wait: Wait,
  signal: AbortSignal,
): Promise<MessageView> {
  let message = await link.call('message.get', { message: id });
  const params = { conversation: message.conversation, at: { message: id }, before: 0, after: 1 } as const;
  let rows: readonly MessageView[] = [];
  try {
    if (over(message, wait) || (await isStuck(link, message.account))) return message;
    for await (const frame of readFrames(link, 'timeline', params, signal)) {
      rows = applySplices(frame.base === null ? [] : rows, frame.splices);
      message = rows.find((row) => row.id === id) ?? message;
      if (over(message, wait)) return message;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return message;
}

function over({ delivery }: MessageView, wait: Wait): boolean {
  return delivery === null || delivery === 'failed' || delivery === 'unconfirmed' || reached(delivery, wait);
}

/** Whether a delivery is as far as somebody waits for. */
export function reached(delivery: Delivery, wait: Wait): boolean {
  const order: readonly Delivery[] = ['queued', 'sending', 'sent', 'delivered', 'read'];
  if (delivery === 'unconfirmed' || delivery === 'failed')
    return wait === 'queued' && delivery === 'unconfirmed';
  return order.indexOf(delivery) >= order.indexOf(wait);
}
