import type { Destination, Draft, MessageId, RemoteKey } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import type { CommandContext } from '../../context.ts';

/** What the options say of a message beside its content: what it answers, its thread, and whom it speaks to. */
export async function aroundMessage(
  { given }: CommandContext,
  link: ClientLink,
  to: Destination,
): Promise<Omit<Draft, 'content'>> {
  const [replyTo, thread] = [given.text('reply-to'), given.text('thread')];
  // Refused before it is said, as an answer to an unknown message is.
  if (thread !== undefined) await link.call('message.get', { message: thread as MessageId });
  const mentions = await mentioned(link, to, given.texts('mention'));
  return {
    ...(replyTo !== undefined && { replyTo: replyTo as MessageId }),
    ...(thread !== undefined && { thread: thread as MessageId }),
    ...(mentions.length > 0 && { mentions }),
  };
}

/** Who is in the conversation and called so. */
async function mentioned(
  link: ClientLink,
  to: Destination,
  names: readonly string[],
): Promise<readonly RemoteKey[]> {
  if (names.length === 0) return [];
  const { id: conversation, contact } = await link.call('conversation.open', to);
  const { members } = await link.call('conversation.members', { conversation });
  const peers = (await link.call('contact.list', {})).filter(({ id }) => id === contact);
  return names.map((name) => {
    const fitting = new Set([
      ...members.filter((member) => [member.key, member.name].includes(name)).map(({ key }) => key),
      ...peers
        .filter((peer) => [peer.key, peer.address, peer.alias, peer.name].includes(name))
        .map(({ key }) => key),
    ]);
    const [only, second] = fitting;
    if (only !== undefined && second === undefined) return only;
    throw new NatterError(
      only === undefined
        ? errorData('not-found', `nobody in this conversation is called '${name}'`, { scope: 'conversation' })
        : errorData('ambiguous', `'${name}' fits several members: ${[...fitting].join(', ')}`, {
            userAction: 'choose',
          }),
    );
  });
}
