import type { RequestFrame, RequestResult, RequestType } from '@natter/native-protocol';
import type { ConversationRecord } from '../ports/conversations.ts';
import { Refusal } from '../ports/refusal.ts';
import type { Member, Session } from '../session/session.ts';
import type { Command, MemberContext, RawResult } from './command.ts';
import { accountAt, conversationOf, requireNoBlock, requireOpen } from './lookup.ts';
import { commands } from './table.ts';

/** Whether a request is to be done before the next one of its connection is taken up. */
export function isExclusive(type: RequestType): boolean {
  return commands[type].exclusive === true;
}

/**
 * Checks the preconditions of a request and runs its handler. `takenUp` is called when the handler has begun: what
 * the connection asks next takes effect after it.
 * @throws Refusal
 */
export async function execute<T extends RequestType>(
  session: Session,
  frame: RequestFrame<T>,
  takenUp: () => void,
): Promise<RequestResult<T> | RawResult> {
  const command: Command<T> = commands[frame.type as T];
  const { services, member } = session;
  if (command.needs === 'nothing') return begun(command.handle({ session, services }, frame), takenUp);
  if (command.needs === 'visitor') {
    if (member !== null)
      throw new Refusal('already-signed-in', 'This connection is signed in; open another one.');
    return begun(command.handle({ session, services }, frame), takenUp);
  }
  if (member === null) throw new Refusal('not-signed-in', 'Sign in first.');
  const context: MemberContext = { session, services, member };
  if (command.needs === 'member') return begun(command.handle(context, frame), takenUp);
  const conversation = await target(context, frame);
  if (command.access === 'write') await requireOpen(services, conversation, member.account.id);
  return begun(command.handle({ ...context, conversation }, frame), takenUp);
}

function begun<R>(result: Promise<R>, takenUp: () => void): Promise<R> {
  takenUp();
  return result;
}

/** The conversation that a frame is about. */
async function target(context: MemberContext, frame: RequestFrame): Promise<ConversationRecord> {
  const { services, member } = context;
  if ('conversation' in frame && frame.conversation !== undefined)
    return conversationOf(services, member.account.id, frame.conversation);
  if ('peer' in frame && frame.peer !== undefined) return directWith(context, member, frame.peer);
  throw new Refusal('invalid', 'The frame names no conversation.', { field: 'conversation' });
}

async function directWith(
  { services }: MemberContext,
  member: Member,
  address: string,
): Promise<ConversationRecord> {
  const peer = await accountAt(services, address);
  await requireNoBlock(services, member.account.id, peer.id);
  return services.storage.directory.conversations.direct(member.account.id, peer.id);
}
