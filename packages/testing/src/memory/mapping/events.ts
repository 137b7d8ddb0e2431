import { remoteKey, type Ephemeral, type Event, type MessageChange } from '@natter/core';
import type {
  Change,
  Passing,
  RosterEntry,
  Update,
  WireConversation,
  WireMember,
  WireMessage,
} from '../network/protocol.ts';
import { contentOf, messageIn, placeOf, senderOf, type View } from './messages.ts';

/** How long somebody who typed is shown to type, in milliseconds. */
const typingFor = 6000;

/** Updates as events, messages that follow each other in one timeline. */
export function eventsOf(view: View, updates: readonly Update[], archive: boolean): Event[] {
  const events: Event[] = [];
  let run: WireMessage[] = [];
  const flush = (): void => {
    const [first] = run;
    if (first !== undefined) events.push(timelineOf(view, first.conversation, run, archive));
    run = [];
  };
  for (const update of updates) {
    if (update.type === 'message') {
      if (run[0] !== undefined && run[0].conversation !== update.message.conversation) flush();
      run.push(update.message);
    } else {
      flush();
      events.push(...eventsOfOther(view, update));
    }
  }
  flush();
  return events;
}

/** What is shown and not stored. */
export function hintOf(passing: Passing): Ephemeral {
  if (passing.type === 'typing') {
    const { conversation, address, name, active } = passing;
    const expiresAt = Date.now() + typingFor;
    return {
      type: 'typing',
      conversation: remoteKey(conversation),
      key: remoteKey(address),
      name,
      active,
      expiresAt,
    };
  }
  const { address, device, presence, since } = passing;
  const gone = presence === null || presence.availability === 'invisible';
  const shown = gone
    ? null
    : {
        availability: presence.availability,
        text: presence.text,
        since,
        expiresAt: null,
        priority: 0,
        device,
      };
  return { type: 'presence', key: remoteKey(address), resource: device, presence: shown };
}

function timelineOf(
  view: View,
  conversation: string,
  messages: readonly WireMessage[],
  archive: boolean,
): Event {
  const items = messages.map((message) => messageIn(view, message));
  return {
    type: 'timeline',
    conversation: remoteKey(conversation),
    place: placeOf(view, messages, archive),
    items,
  };
}

function eventsOfOther(view: View, update: Exclude<Update, { type: 'message' }>): Event[] {
  switch (update.type) {
    case 'edit':
    case 'retract':
    case 'react':
    case 'decrypted':
      return [patchOf(view, update)];
    case 'marker': {
      const { kind, id } = update;
      const conversation = remoteKey(update.conversation);
      const who = senderOf(view, update.by, null);
      return [{ type: 'marker', conversation, who, kind, upTo: { stable: remoteKey(id) } }];
    }
    case 'contact':
      return [contactOf(update.contact)];
    case 'contact-removed':
      return [{ type: 'remove', of: 'contact', key: remoteKey(update.address) }];
    case 'conversation':
      return conversationOf(view, update.conversation);
    case 'member':
      return [memberOf(view, update.conversation, update.member)];
    case 'rekey':
      return rekeyOf(view, update);
  }
}

/** A change of a message, as a patch by whoever made it. */
export function patchOf(view: View, change: Change): Event {
  const target = { stable: remoteKey(change.id) };
  const by = senderOf(view, change.by, null);
  return {
    type: 'patch',
    conversation: remoteKey(change.conversation),
    target,
    by,
    change: changeOf(view, change),
  };
}

function changeOf(view: View, change: Change): MessageChange {
  switch (change.type) {
    case 'edit':
      return { kind: 'edit', content: contentOf(change.body), at: change.at };
    case 'retract':
      return { kind: 'retract', at: change.at, reason: change.reason, moderator: change.moderator };
    case 'react':
      return { kind: 'react', key: change.key, on: change.on };
    case 'decrypted': {
      const mentions = (change.body.mentions ?? []).map(remoteKey);
      const mentioned = mentions.includes(remoteKey(view.self));
      return { kind: 'decrypted', content: contentOf(change.body), trust: 'e2ee', mentions, mentioned };
    }
  }
}

/** A roster entry. */
export function contactOf(entry: RosterEntry): Event {
  const { address, name, alias, groups, subscription, request, blocked } = entry;
  const value = {
    address,
    name,
    alias,
    groups,
    subscription,
    request,
    blocked,
    listed: true,
    stability: 'permanent',
  } as const;
  return { type: 'upsert', of: 'contact', key: remoteKey(address), value };
}

/** A conversation, and who is on the other side of a direct one. */
export function conversationOf(view: View, conversation: WireConversation): Event[] {
  const { key, kind, with: other, title, topic, state, role } = conversation;
  const contact = other === null ? null : remoteKey(other);
  const value = { kind, state: kind === 'direct' ? 'joined' : state, contact, title, topic, role } as const;
  const upsert: Event = { type: 'upsert', of: 'conversation', key: remoteKey(key), value };
  if (contact === null || view.profile.keeps) return [upsert];
  // A nick is nobody's for ever.
  const met = { address: other ?? key, listed: false, stability: 'session' } as const;
  return [{ type: 'upsert', of: 'contact', key: contact, value: met }, upsert];
}

/** A member of a conversation. */
export function memberOf(view: View, conversation: string, member: WireMember): Event {
  const { key, self, contact, name, proof } = senderOf(view, member.address, member.name);
  const value = { name, self, contact, proof, role: member.role, state: member.state };
  return { type: 'upsert', of: 'member', in: remoteKey(conversation), key, value };
}

function rekeyOf(view: View, update: Extract<Update, { type: 'rekey' }>): Event[] {
  const [from, to] = [remoteKey(update.from), remoteKey(update.to)];
  if (!('conversation' in update)) return [{ type: 'rekey', of: update.of, from, to }];
  const rekey: Event = { type: 'rekey', of: update.of, in: remoteKey(update.conversation), from, to };
  if (update.of === 'message' || update.from !== view.self) return [rekey];
  view.self = update.to;
  return [rekey, { type: 'self', key: to, address: update.to }];
}
