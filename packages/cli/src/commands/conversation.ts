import type { ConversationView, MessageId } from '@natter/core';
import type { CommandContext } from '../context.ts';
import { changeKey } from '../link/changes.ts';
import { openConversations, resolveConversations } from '../link/resolve.ts';
import { settleOperation } from '../link/settle-operation.ts';
import type { JsonItem } from '../output/output.ts';
import { bridgeFields, networkText } from '../output/items/network.ts';
import { oneLine } from '../output/sanitise.ts';

/** `natter read WHO [--up-to MESSAGE]`. */
export async function markRead(context: CommandContext): Promise<number> {
  const { given, output } = context;
  const link = await context.link();
  const upTo = given.text('up-to') as MessageId | undefined;
  const conversations =
    upTo === undefined
      ? await resolveConversations(link, given.word(0), given.text('account'))
      : [(await link.call('message.get', { message: upTo })).conversation];
  let exitCode = 0;
  for (const conversation of conversations) {
    const params = { key: changeKey(), conversation, ...(upTo !== undefined && { upTo }) };
    const answer = await link.call('message.read', params, { signal: context.signal });
    if (answer !== null) exitCode ||= (await settleOperation(context, link, answer.operation)).exitCode;
    const after = await link.call('conversation.get', { conversation });
    output.item(conversationItem(after), () => conversationText(after));
  }
  return exitCode;
}

/** `natter mute WHO [--off]`. */
export async function mute(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const link = await context.link();
  const muted = !given.flag('off');
  for (const conversation of await openConversations(link, given.word(0), given.text('account'))) {
    await link.call('conversation.update', { conversation, muted });
    const after = await link.call('conversation.get', { conversation });
    output.item(conversationItem(after), () => conversationText(after));
  }
}

/** `{"type":"conversation"}`. */
export function conversationItem(conversation: ConversationView): JsonItem {
  const { id, account, network, key, kind, state, displayTitle, topic, unread, mentions, muted, role } =
    conversation;
  const { expiry = null, pins = [], avatar, bridge } = conversation;
  return {
    type: 'conversation',
    id,
    account,
    network,
    bridge: bridgeFields(bridge),
    address: key,
    kind,
    state,
    title: displayTitle,
    topic,
    unread,
    mentions,
    muted,
    role,
    expiry,
    pins: pins.length,
    avatar: avatar?.hash ?? null,
  };
}

/** One line about a conversation. */
export function conversationText(conversation: ConversationView): string {
  const { network, bridge, displayTitle, kind, state, unread, muted, id, topic } = conversation;
  const remarks = [
    kind,
    ...(state === 'joined' ? [] : [state]),
    ...(unread > 0 ? [`${unread} unread`] : []),
    ...(muted ? ['muted'] : []),
    ...(conversation.expiry ? [`messages vanish after ${Math.round(conversation.expiry / 1000)} s`] : []),
  ];
  return `${networkText(network, bridge)}  ${oneLine(displayTitle)}  ${remarks.join(', ')}  ${id}${topic ? `\n    ${oneLine(topic)}` : ''}`;
}
