import { encodeFrame } from '@natter/native-protocol';
import type { SignalFrame, TypingSignal } from '@natter/native-protocol';
import { Refusal } from '../ports/refusal.ts';
import type { Member, Session } from '../session/session.ts';
import { conversationOf, requireOpen } from './lookup.ts';

/** How long a typing notice holds. Milliseconds. */
const typingLasts = 10_000;

/** Does what a signal says. Only what is wrong with it is answered. @throws Refusal */
export async function signal(session: Session, frame: SignalFrame): Promise<void> {
  const { member, services } = session;
  if (member === null) throw new Refusal('not-signed-in', 'Sign in first.');
  if (frame.type === 'typing') return typing(session, member, frame);
  // Not awaited: an acknowledgement that is not stored is only sent again.
  services.storage.inbox
    .acknowledge(member.account.id, member.device, frame.cursor)
    .catch((error: unknown) => {
      services.log({ level: 'warn', event: 'acknowledgement-not-stored', error: String(error) });
    });
}

async function typing({ services }: Session, member: Member, frame: TypingSignal): Promise<void> {
  const self = member.account.id;
  const conversation = await conversationOf(services, self, frame.conversation);
  await requireOpen(services, conversation, self);
  const text = encodeFrame({
    type: 'typing',
    conversation: frame.conversation,
    from: member.address,
    active: frame.active,
    expiresAfter: typingLasts,
  });
  for (const other of conversation.members) {
    if (other !== self) services.storage.bus.publish(other, { kind: 'push', text });
  }
}
