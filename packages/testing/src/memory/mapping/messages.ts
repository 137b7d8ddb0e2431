import {
  orderKey,
  remoteKey,
  type Content,
  type MessageIn,
  type OperationId,
  type Place,
  type Sender,
} from '@natter/core';
import type { Body, WireMessage } from '../network/protocol.ts';
import type { Profile } from '../profile.ts';

/** From where the wire is looked at: whose account, on what kind of network. */
export interface View {
  readonly profile: Profile;
  /** Our address now. */
  self: string;
}

/** Who did something. The network vouches for accounts; where nothing is kept, an address is only a nick. */
export function senderOf(view: View, address: string, name: string | null): Sender {
  const key = remoteKey(address);
  const self = address === view.self;
  return { key, self, contact: self ? null : key, name, proof: view.profile.keeps ? 'account' : 'nick' };
}

/** A message of the wire as the hub takes it. */
export function messageIn(view: View, message: WireMessage): MessageIn {
  const { body, clientId } = message;
  const sender = senderOf(view, message.from, message.fromName);
  return {
    stable: view.profile.keeps ? remoteKey(message.id) : null,
    claimed: view.profile.keeps ? clientId : null,
    // The id we sent it with. Somebody else's client id may look like one of ours and means nothing.
    operation: sender.self && clientId !== null ? (clientId as OperationId) : null,
    part: 0,
    sender,
    sentAt: message.sentAt,
    receivedAt: message.sentAt,
    content:
      body === null
        ? { kind: 'undecryptable', text: '', reason: 'the key has not come yet' }
        : contentOf(body),
    ...(body?.replyTo && {
      replyTo: { target: { stable: remoteKey(body.replyTo.id) }, quote: body.replyTo.quote },
    }),
    ...(body?.thread !== undefined && { thread: { target: { stable: remoteKey(body.thread) } } }),
    ...(body?.mentions && {
      mentions: body.mentions.map(remoteKey),
      mentioned: body.mentions.includes(view.self),
    }),
    trust: 'server',
  };
}

/** What a message says. */
export function contentOf(body: Body): Content {
  if (body.kind === 'attachment')
    return { kind: 'attachment', text: body.text, attachments: body.attachments ?? [] };
  const { kind, text, formatted } = body;
  return { kind, text, ...(formatted && { formatted }) };
}

/** Where live and missed messages go: where the network's order says, else after what there is. */
export function placeOf(view: View, messages: readonly WireMessage[], archive: boolean): Place {
  switch (view.profile.capabilities.order) {
    case 'total':
      return {
        by: 'key',
        keys: messages.map(({ position }) => orderKey(position.toString(36).padStart(8, '0'))),
      };
    case 'archive':
      return archiveOrder(view, messages[0], archive);
    case 'arrival':
      return { by: 'tail' };
  }
}

/**
 * Behind the message that the archive has before it. Others' live messages need no such care, since they come in the
 * archive's order; but ours have stood there since they were written, and what belongs before them may have come since.
 * Before the first message of a conversation there is nothing, so a live one may stay where it stands.
 */
function archiveOrder(view: View, first: WireMessage | undefined, archive: boolean): Place {
  const previous = first?.previous ?? null;
  if (!archive && (previous === null || first?.from !== view.self)) return { by: 'tail' };
  return { by: 'page', after: previous === null ? null : remoteKey(previous), before: null };
}
