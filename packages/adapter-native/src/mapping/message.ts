import {
  remoteKey,
  type Event,
  type MessageIn,
  type OperationId,
  type PatchEvent,
  type RemoteKey,
  type Sender,
} from '@natter/core';
import type { Message } from '@natter/native-protocol';
import { contentOf } from './content.ts';
import { messageKey, placeOf } from './keys.ts';

/** Who reads: what is ours, and when it reached us. */
export interface Reader {
  /** Our own address. */
  readonly self: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The server vouches for every address: it signs accounts in, and nobody else writes to it. */
export function senderOf(address: string, reader: Reader): Sender {
  const key = remoteKey(address);
  const self = address === reader.self;
  return { key, self, contact: self ? null : key, name: null, proof: 'account' };
}

/**
 * Messages of one conversation as events: the messages at their places, then what was done to them since. They are given
 * as they are now, so an edit shows its result and a retraction leaves an empty place.
 */
export function messageEvents(messages: readonly Message[], reader: Reader): Event[] {
  const [first] = messages;
  if (first === undefined) return [];
  return [
    {
      type: 'timeline',
      conversation: remoteKey(first.conversation),
      place: { by: 'key', keys: messages.map(({ seq }) => placeOf(seq)) },
      items: messages.map((message) => messageIn(message, reader)),
    },
    ...messages.flatMap((message) => changesOf(message, reader)),
  ];
}

/** A message as it is now; what was done to it since is told apart. */
export function messageIn(message: Message, reader: Reader): MessageIn {
  const { conversation, clientId, body } = message;
  const mentions = body?.mentions ?? [];
  const sender = senderOf(message.from, reader);
  // The server tells a client id to the sender's own devices only; from anybody else it would mean nothing.
  const own = sender.self && clientId !== undefined ? clientId : null;
  const reference = (seq: number | undefined): { target: { stable: RemoteKey } } | null =>
    seq === undefined ? null : { target: { stable: messageKey(conversation, seq) } };
  return {
    stable: messageKey(conversation, message.seq),
    claimed: own,
    operation: own === null ? null : operationId(own),
    part: 0,
    sender,
    sentAt: message.time,
    receivedAt: reader.now,
    content: contentOf(body),
    replyTo: reference(body?.reply),
    thread: reference(body?.thread),
    mentions: mentions.map(({ address }) => remoteKey(address)),
    mentioned: mentions.some(({ address }) => address === reader.self),
    trust: 'server',
  };
}

function changesOf(message: Message, reader: Reader): PatchEvent[] {
  const conversation = remoteKey(message.conversation);
  const target = { stable: messageKey(message.conversation, message.seq) };
  const author = senderOf(message.from, reader);
  if (message.body === null) {
    return [
      {
        type: 'patch',
        conversation,
        target,
        by: author,
        change: { kind: 'retract', at: message.retractedAt ?? null, reason: null },
      },
    ];
  }
  const changes: PatchEvent[] = [];
  if (message.editedAt !== undefined) {
    const change = { kind: 'edit', content: contentOf(message.body), at: message.editedAt } as const;
    changes.push({ type: 'patch', conversation, target, by: author, change });
  }
  for (const [address, keys] of reactionsBySender(message)) {
    changes.push({
      type: 'patch',
      conversation,
      target,
      by: senderOf(address, reader),
      change: { kind: 'reactions', keys },
    });
  }
  return changes;
}

function reactionsBySender(message: Message): Map<string, string[]> {
  const senders = new Map<string, string[]>();
  for (const { key, by } of message.reactions ?? []) {
    for (const address of by) senders.set(address, [...(senders.get(address) ?? []), key]);
  }
  return senders;
}

/** Our client ids are the hub's operation ids. It takes an echo only for an operation that is in its outbox. */
function operationId(clientId: string): OperationId {
  return clientId as OperationId;
}
