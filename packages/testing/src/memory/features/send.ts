import { remoteKey, type Event, type Op, type Outcome } from '@natter/core';
import { eventsOf } from '../mapping/events.ts';
import { LinkDown } from '../network/link.ts';
import { Refusal, type WireMessage } from '../network/protocol.ts';
import type { Context } from '../session.ts';
import { bodiesOf } from './compose.ts';
import { deliver } from './receive.ts';

type Send = Extract<Op['body'], { type: 'send' }>;

/** Sends a message, in as many wire messages as its text needs. */
export async function send(context: Context, op: Op, body: Send): Promise<Outcome> {
  const { link, view } = context;
  if (op.conversation === null) throw new Refusal('invalid', 'a message needs a conversation');
  const clientId = view.profile.keeps ? op.id : null;
  const sent: WireMessage[] = [];
  try {
    for (const part of await bodiesOf(context, op, body)) {
      const { message, at } = await link.request({ do: 'send', to: op.conversation, clientId, body: part });
      sent.push(message);
      if (view.profile.keeps) await take(context, op, message, at);
    }
  } catch (caught) {
    // Once a part is out, whatever fails after it, the send is no longer "not sent" or "refused".
    throw sent.length > 0 ? new LinkDown(true) : caught;
  }
  if (!view.profile.acknowledges) return { result: 'unconfirmed' };
  const conversation = sent[0] === undefined ? {} : { conversation: remoteKey(sent[0].conversation) };
  return { result: 'accepted', refs: sent.map(({ id }) => remoteKey(id)), ...conversation };
}

/**
 * Takes the server's answer for what it is: the acknowledgement, and in a total order the message's place too. So the
 * message is committed from it, whether or not an echo ever comes; and its place in the log is no longer waited for.
 */
async function take(context: Context, op: Op, message: WireMessage, at: number): Promise<void> {
  const { host, view, sequence } = context;
  if (view.profile.capabilities.order === 'total') {
    const born = bornOf(op, message.conversation);
    if (born !== null) await host.commit({ origin: 'live', events: [born] });
    await host.commit({ origin: 'live', events: eventsOf(view, [{ type: 'message', message }], false) });
  }
  await deliver(context, sequence.skip(at));
}

/** Whose conversation it is that a first message made; without that the hub would take it for a stranger's. */
function bornOf(op: Op, conversation: string): Event | null {
  if (op.conversation === null || typeof op.conversation === 'string') return null;
  const value = { kind: 'direct', contact: op.conversation.direct } as const;
  return { type: 'upsert', of: 'conversation', key: remoteKey(conversation), value };
}
