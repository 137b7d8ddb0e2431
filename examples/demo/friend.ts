import { randomUUID } from 'node:crypto';
import type { MessageView } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { messageTime } from '@natter/core/model';
import type { AccountId, ContactId, ConversationId, OwnPresence } from '@natter/core/model';
import { follow } from './follow.ts';
import { JULIET } from './networks/network.ts';
import type { DemoNetwork } from './networks/network.ts';
import { signIn } from './sign-in.ts';

/** The other side of the demo: a second natter, with everything in memory, that answers what it is told. */
export interface Friend {
  /** Shows another presence to everybody who may see it. */
  appear(presence: OwnPresence): Promise<void>;
  /** Stops listening. */
  leave(): void;
}

/** Signs Juliet in on every network. She accepts everybody and answers every message. */
export async function startFriend(
  link: ClientLink,
  networks: readonly DemoNetwork[],
  password: string,
): Promise<Friend> {
  // In whole seconds, as some networks tell the time.
  const began = Math.floor(Date.now() / 1000) * 1000;
  // She remembers nothing, so the network also tells her what she has answered the last time.
  const isForNow = (message: MessageView): boolean =>
    message.direction === 'in' && messageTime(message) >= began;
  const stop = follow(link, (item) => {
    if (item.type === 'contact' && item.contact.subscription.from === 'pending') {
      void accept(link, item.contact.account, item.contact.id);
    }
    if (item.type === 'message' && item.what === 'new' && isForNow(item.message)) {
      void answer(link, item.message.conversation, item.message.content.text);
    }
  });
  for (const network of networks) await signIn(link, network, JULIET, password);
  return {
    appear: async (presence) => void (await link.call('account.presence', { presence })),
    leave: stop,
  };
}

async function accept(link: ClientLink, account: AccountId, contact: ContactId): Promise<void> {
  await link.call('roster.change', {
    key: `accept-${contact}`,
    account,
    change: { action: 'accept', contact },
  });
}

async function answer(link: ClientLink, conversation: ConversationId, text: string): Promise<void> {
  const draft = { content: { kind: 'text' as const, text: `You said "${text}"?` } };
  await link.call('message.send', { key: randomUUID(), to: { conversation }, draft });
}
