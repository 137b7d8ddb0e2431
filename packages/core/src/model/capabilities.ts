/**
 * What a network, an account on it, or one conversation can do. Data, not methods: core refuses what is not supported
 * before the adapter is asked, front ends hide it, and the conformance suite asserts that declared is implemented.
 */

/** Everything that may be supported or not: the one closed list. */
export const supportKeys = [
  'register', // create an account through login()
  'roster', // the server keeps a contact list
  'roster-edit', // add, remove, rename contacts
  'roster-groups',
  'subscriptions', // contacts are asked and answer
  'block',
  'presence', // of contacts
  'presence-own', // ours can be set
  'presence-text',
  'profile', // own name can be set
  'own-avatar', // own picture can be set
  'avatars',
  'direct', // one-to-one messages
  'groups', // conversations of several people
  'channels', // public rooms
  'create-room',
  'join-room',
  'list-rooms',
  'invite',
  'kick',
  'ban',
  'roles',
  'topic',
  'room-avatar', // the picture of a room can be set
  'members',
  'pin', // messages can be pinned for everybody
  'own-view', // what we muted and pinned is kept by the network, for our other devices
  'expiry', // messages can be made to vanish for everybody after a time
  'formatting',
  'reply',
  'thread',
  'mention',
  'edit',
  'retract',
  'react',
  'attachments',
  'history', // older messages can be fetched
  'search', // server-side search
  'receipts-delivered', // others' devices tell that a message arrived
  'receipts-read', // others tell that they have read
  'read-marker', // our own read position is shared among our devices
  'typing', // sending and receiving typing notices
  'own-echo', // what our other devices send reaches us
  'encryption',
  'verification',
  'devices', // our signed-in devices can be listed and signed out
  'change-password',
  'unregister', // the account can be deleted on the server
] as const;

/** One thing that may be supported or not. */
export type SupportKey = (typeof supportKeys)[number];

/** `partial`: with limits that the user meets; `unknown`: not negotiated yet, so do not offer it and do not refuse it. */
export type SupportLevel = 'full' | 'partial' | 'none' | 'unknown';

/** Bounds that a front end shows before the user meets them. Absent means no bound is known. */
export interface Limits {
  /** Longest text in UTF-8 bytes that one send carries (an adapter may split it into several wire messages). */
  readonly textBytes?: number;
  /** Oldest message that may be edited, in milliseconds. */
  readonly editAge?: number;
  /** Oldest message that may be retracted, in milliseconds. */
  readonly retractAge?: number;
  /** Largest attachment in bytes. */
  readonly fileBytes?: number;
  /** The only reactions that may be given; absent for any. */
  readonly reactions?: readonly string[];
  /** Most members of a conversation. */
  readonly members?: number;
}

/** What a network, account or conversation can do. */
export interface Capabilities {
  /** Keys that are absent are `none`. */
  readonly support: Readonly<Partial<Record<SupportKey, SupportLevel>>>;
  readonly limits: Limits;
  /**
   * What happens to an operation whose outcome is unknown: the network deduplicates a resend (`idempotent`), the adapter
   * can find out whether it landed (`verify`), or neither (`never`: it ends as `unconfirmed`).
   */
  readonly resend: 'idempotent' | 'verify' | 'never';
  /** Who orders messages: the network with keys (`total`), its archive (`archive`), or nobody (`arrival`). */
  readonly order: 'total' | 'archive' | 'arrival';
  /** How missed messages are fetched: one log for the account, one per conversation, or not at all. */
  readonly catchUp: 'account' | 'conversation' | 'none';
}

/** The support level of one thing; what is not listed is `none`. */
export function supportOf(capabilities: Capabilities, key: SupportKey): SupportLevel {
  return capabilities.support[key] ?? 'none';
}

/** Whether it may be offered to the user now. */
export function supports(capabilities: Capabilities, key: SupportKey): boolean {
  const level = supportOf(capabilities, key);
  return level === 'full' || level === 'partial';
}
